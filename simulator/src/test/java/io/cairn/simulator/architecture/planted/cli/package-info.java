/** Classes that break the architecture on purpose, so that its rules are seen to fail. */
package io.cairn.simulator.architecture.planted.cli;
