/** The pages in {@code docs/} that name code: what they name is there. */
package io.cairn.simulator.docs;
