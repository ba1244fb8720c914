/**
 * What bin/kvctl runs once after a build, under a JVM that records which classes it loads and links: {@link io.cairn.cli.Rehearsal}
 * has each command ask {@link io.cairn.cli.rehearsal.StandInNode}, which says yes to everything. A command then starts with those
 * classes ready, which is most of the time that it takes. One loop of Netty's for both ends; no command comes by here otherwise.
 */
package io.cairn.cli.rehearsal;
