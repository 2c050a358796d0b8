/**
 * A whole fleet in one thread on simulated time. One seed decides everything.
 * <p>
 * {@link io.quarkiverse.lively.simulation.Simulation} runs seeds. A {@code Plan} follows from a seed: a {@code Setup} of etcd
 * and of the processes, and {@code Act}s. A {@code World} runs a plan. In it, a {@code Place} starts and ends a
 * {@code SimulatedProcess} with a {@code SimulatedApplication}, which is Lively itself. A {@code SimulatedClient} takes the
 * place of a jetcd client. Its {@code Channel} uses a {@code Connection} over a {@code Link} to a member of etcd. The model of
 * etcd is the package {@code etcd}. Each {@code Check} watches a promise. A {@code Shrinker} makes a plan that fails smaller.
 * <p>
 * Nothing here may depend on real time, on the hash of an object without one of its own, or on the salted order of immutable
 * maps and sets: the same seed has to give the same steps everywhere. Nothing is static and changes: several runs happen at
 * once, each in a thread of its own.
 */
package io.quarkiverse.lively.simulation;
