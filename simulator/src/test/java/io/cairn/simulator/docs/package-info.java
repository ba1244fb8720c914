/**
 * The pages in {@code docs/}: what they name in the code is there ({@code NamedTestsTest}, {@code SourceLinksTest}), and what they show
 * of it (dumps of the wire and of the disk, counts of hand-overs) is what the code does now. Such a part stands between two marks
 * ({@code Pages}); {@code -Drewrite=true} writes it anew.
 */
package io.cairn.simulator.docs;
