using Assay.Log;

namespace Assay.Node.Receipts;

/// <summary>The node's one way into its log: entries are handed over in turns, so that whoever has the turn knows the index that its entry will get.</summary>
/// <remarks>Only handing over takes a turn. Waiting for the flush comes after it, so that entries still share one.</remarks>
internal sealed class LogQueue(TileLog log) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private ulong next = log.Size;

    public async Task<Turn> TakeAsync()
    {
        await turn.WaitAsync();
        return new Turn(this);
    }

    public void Dispose() => turn.Dispose();

    /// <summary>The turn, until it is disposed.</summary>
    public sealed class Turn : IDisposable
    {
        private readonly LogQueue queue;

        internal Turn(LogQueue queue) => this.queue = queue;

        /// <summary>The index that the next entry will get.</summary>
        public ulong Next => queue.next;

        /// <summary>Hands an entry over; the task ends when it is durable. One that the log refuses at once takes no index.</summary>
        public Task<Appended> Append(byte[] entry, byte[]? attachment = null)
        {
            var appending = queue.Append(entry, attachment);
            if (!appending.IsFaulted)
                queue.next++;
            return appending;
        }

        public void Dispose() => queue.turn.Release();
    }

    private Task<Appended> Append(byte[] entry, byte[]? attachment) => log.AppendAsync(entry, attachment ?? []);
}
