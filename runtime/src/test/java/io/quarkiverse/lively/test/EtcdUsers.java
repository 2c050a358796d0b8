package io.quarkiverse.lively.test;

import java.util.concurrent.TimeUnit;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthUserChangePasswordRequest;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;

/** The users of the etcd at a port of 127.0.0.1, where root has the password root. As {@link EtcdKeys}. */
public record EtcdUsers(int port) {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    /** etcd forgets the tokens of that user, too. */
    public void changePassword(String user, String password) {
        EtcdKeys.call(port, channel -> {
            AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(EtcdKeys.SECONDS, TimeUnit.SECONDS);
            Metadata headers = new Metadata();
            headers.put(TOKEN, auth.authenticate(AuthenticateRequest.newBuilder().setName("root").setPassword("root").build())
                    .getToken());
            return auth.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)).userChangePassword(
                    AuthUserChangePasswordRequest.newBuilder().setName(user).setPassword(password).build());
        });
    }
}
