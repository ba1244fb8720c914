/**
 * Ways to pick one instance of several for a call. Each says of two instances only what their description says; how a view came to them is
 * not looked at. Chance is handed in. A chooser is made once for a service and shared by its callers: it is safe for any number of threads.
 */
package io.cairn.client.services.choosers;
