/**
 * The architecture as tests: who may depend on whom, what may be called where, how large things may grow.
 *
 * <p>{@link io.cairn.simulator.architecture.ArchitectureTest} looks at the compiled classes and the sources of every module, at
 * {@code ../MODULE}. Each rule says in its failure what to do instead. {@link io.cairn.simulator.architecture.PlantedViolationsTest} shows
 * for each rule that it can fail, on the classes in {@code planted}, which do what nobody should.
 */
package io.cairn.simulator.architecture;
