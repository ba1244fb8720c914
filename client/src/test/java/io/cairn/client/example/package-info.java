/** What the README shows of the client, compiled and run by the tests. Each class has a main of its own. */
package io.cairn.client.example;
