/**
 * Links: who talks to whom over a connection, and what is asked and answered.
 *
 * <pre>
 *   opener (client library, node)                         acceptor (node)
 *
 *   Link ---- connect ----------------------------------&gt; Acceptance
 *        ---- HELLO ------------------------------------&gt;    checks version and role, asks its Judge
 *        &lt;--- WELCOME, or HANDSHAKE_REFUSED and the end --
 *        ---- REQUEST, PEER_REQUEST, RAFT, CANCEL, PING -&gt; ServerChannel -&gt; RequestHandler
 *        &lt;--- RESPONSE, PEER_RESPONSE, PONG, GOAWAY ------
 * </pre>
 *
 * <p>{@link io.cairn.protocol.link.Link} keeps one connection to one address alive until it is closed, and knows of each call
 * whether it may have been sent: that is what makes the difference between Refused and Unknown further up.
 * {@link io.cairn.protocol.link.Acceptance} is the door of a node: what comes in there behaves or is shown out, at a cost that
 * is bounded before anybody has said who they are.
 *
 * <p>A Link lives on one loop, a ServerChannel on its connection's; their methods are called there, save those that say
 * otherwise. From here a request goes to {@code server.frontend}; an answer, to the client's caller.
 */
package io.cairn.protocol.link;
