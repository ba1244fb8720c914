/**
 * The log of a node. (placeholder text replaced before review)
 */
package io.cairn.storage.log;
