package io.cairn.server.replica;

/**
 * How much one replica gathers.
 *
 * @param batchBytesMax most bytes of commands in one entry; a larger command travels alone
 * @param batchCommandsMax most commands in one entry
 * @param queueBytesMax most bytes of commands that wait to be proposed and reads that wait to be served, together
 * @param clientRecordsMax how many clients the shard remembers
 */
public record WriteBounds(int batchBytesMax, int batchCommandsMax, long queueBytesMax, int clientRecordsMax) {}
