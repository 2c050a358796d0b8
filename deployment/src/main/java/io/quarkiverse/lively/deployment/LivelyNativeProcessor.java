package io.quarkiverse.lively.deployment;

import java.util.stream.Stream;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;

import io.quarkiverse.lively.runtime.store.proto.RegistrationProto;
import io.quarkiverse.lively.runtime.store.proto.ServiceProto;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.ExtensionSslNativeSupportBuildItem;
import io.quarkus.deployment.builditem.IndexDependencyBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveClassBuildItem;
import io.quarkus.deployment.pkg.steps.NativeOrNativeSourcesBuild;

/**
 * What a native executable has to be told of protobuf and gRPC beyond what Quarkus does itself. That gRPC looks for no name
 * resolvers there, {@code EtcdClient} sees to.
 */
class LivelyNativeProcessor {

    /** For endpoints that begin with https. */
    @BuildStep
    ExtensionSslNativeSupportBuildItem tls() {
        return new ExtensionSslNativeSupportBuildItem(LivelyProcessor.FEATURE);
    }

    /** Quarkus keeps the messages that it finds in an index for reflection, and the library of etcd's has none. */
    @BuildStep(onlyIf = NativeOrNativeSourcesBuild.class)
    IndexDependencyBuildItem messagesOfEtcd() {
        return new IndexDependencyBuildItem("io.etcd", "jetcd-grpc");
    }

    /** Ours are in no index, either: all our classes would be with them, and those with a scope would become beans. */
    @BuildStep(onlyIf = NativeOrNativeSourcesBuild.class)
    ReflectiveClassBuildItem messages() {
        return ReflectiveClassBuildItem.builder(
                Stream.of(ServiceProto.getDescriptor(), RegistrationProto.getDescriptor())
                        .flatMap(LivelyNativeProcessor::classesOf).toArray(String[]::new))
                .methods().fields().reason("messages of Lively").build();
    }

    private static Stream<String> classesOf(FileDescriptor file) {
        String prefix = file.getOptions().getJavaPackage() + ".";
        return Stream.concat(
                file.getMessageTypes().stream().map(GenericDescriptor::getName)
                        .flatMap(message -> Stream.of(prefix + message, prefix + message + "$Builder")),
                file.getEnumTypes().stream().map(enumeration -> prefix + enumeration.getName()));
    }
}
