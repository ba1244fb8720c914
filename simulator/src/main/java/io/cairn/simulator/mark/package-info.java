/**
 * What a run must meet now and then, or it proves nothing. A {@link io.cairn.simulator.mark.Mark} names a rare thing; a run notes those
 * that it reached, a long run must have reached them all.
 *
 * <p>Marks are set by who watches from outside, at the seams: production code holds none, and pays for none.
 */
package io.cairn.simulator.mark;
