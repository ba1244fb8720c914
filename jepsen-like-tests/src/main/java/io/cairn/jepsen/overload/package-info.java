/**
 * More work than nodes can do: {@link io.cairn.jepsen.overload.Records} fills a cluster with values that can be told right from wrong,
 * {@link io.cairn.jepsen.overload.ScanStorm} has many clients read all of them at once, each in a thread of its own, and
 * {@link io.cairn.jepsen.overload.LargeWrites} writes meanwhile. How each of their calls ends is counted in {@link io.cairn.jepsen.overload.Calls}.
 */
package io.cairn.jepsen.overload;
