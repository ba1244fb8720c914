/**
 * What a shell completes of kvctl's lines. {@link io.cairn.cli.completion.Commands} is what can be typed, taken from picocli's model of the commands; from
 * it {@code BashScript}, {@code ZshScript} and {@code FishScript} each make one script, which asks nobody: neither kvctl, which would take too long to
 * start, nor the cluster.
 */
package io.cairn.cli.completion;
