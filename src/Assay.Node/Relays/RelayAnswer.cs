using System.Diagnostics;
using System.Runtime.CompilerServices;
using Assay.Log;
using Assay.Node.Language;
using Assay.Node.Receipts;
using Assay.Providers.Relay;
using Assay.Verify;
using Assay.Verify.Commitments;
using Assay.Verify.Relays;
using Assay.Verify.Statements;

namespace Assay.Node.Relays;

/// <summary>
/// An upstream's answer on its way: what the caller is sent of it, as it comes, then its receipt. Whoever leaves before that has it broken off, and a void logged in its
/// place with what had come. One reader.
/// </summary>
public sealed class RelayAnswer : IAsyncDisposable
{
    private const int Block = 1 << 14;

    private readonly LanguageIssuer issuer;
    private readonly BegunAnswer begun;
    private readonly RelayRun run;
    private readonly Stopwatch since;
    private readonly Action issuedOne;
    private readonly MemoryStream output = new();
    private RelayParameters parameters;
    private Exception? failure;
    private bool ended, settled;

    internal RelayAnswer(LanguageIssuer issuer, BegunAnswer begun, RelayParameters parameters, RelayRun run, Stopwatch since, Action issuedOne) =>
        (this.issuer, this.begun, this.parameters, this.run, this.since, this.issuedOne) = (issuer, begun, parameters with { Status = run.Status }, run, since, issuedOne);

    /// <summary>That its receipt will have.</summary>
    public string RecordId => begun.RecordId;

    /// <summary>How long the first byte of the body took from when the request was sent; null before it is there.</summary>
    public TimeSpan? FirstAfter { get; private set; }

    /// <summary>What the caller is sent of an answer that is not streamed, but for the receipt.</summary>
    /// <exception cref="RelayException">The upstream reports an error, breaks off, or sends what is no such answer.</exception>
    public Task<byte[]> ReadWholeAsync() => GuardAsync(async () =>
    {
        await RequireAnswerAsync();
        var block = new byte[Block];
        while (await run.ReadAsync(block) is var count and > 0)
        {
            FirstAfter ??= since.Elapsed;
            output.Write(block, 0, count);
        }
        var bytes = Committed;
        var shown = Require(() => RelayedAnswer.Shown(bytes));
        parameters = parameters with { Receipt = UpstreamReceipt.In(bytes) };
        ended = true;
        return shown;
    });

    /// <summary>What the caller is sent of each event of a stream, but for the last chunk; <see cref="LastChunk"/> is known after the last.</summary>
    /// <inheritdoc cref="ReadWholeAsync"/>
    public async IAsyncEnumerable<byte[]> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        var (reader, events, block) = (new UpstreamEvents(RelayedAnswer.MaxLine), new List<byte[]>(), new byte[Block]);
        byte[]? first = null;
        await GuardAsync(async () =>
        {
            await RequireAnswerAsync();
            return run.IsStream ? true : throw new RelayException(RelayFault.BadAnswer, "the upstream was asked for a stream, and sends none");
        });
        while (!reader.IsDone)
        {
            // Events before what is wrong are handed on, whatever pieces they came in.
            var wrong = await ReadOnAsync(reader, block, events);
            foreach (var data in events)
            {
                first ??= data;
                var shown = await GuardAsync(() => Task.FromResult(Require(() => RelayedAnswer.Shown(data))));
                parameters = parameters with { Receipt = UpstreamReceipt.In(data) ?? parameters.Receipt };
                yield return shown;
            }
            events.Clear();
            if (wrong is not null)
                throw failure = wrong;
        }
        LastChunk = await GuardAsync(() => Task.FromResult(Require(() => RelayedAnswer.LastChunk(first))));
        ended = true;
    }

    private async Task<RelayException?> ReadOnAsync(UpstreamEvents reader, byte[] block, List<byte[]> events)
    {
        try
        {
            var count = await GuardAsync(() => run.ReadAsync(block).AsTask());
            if (count == 0)
                return new RelayException(RelayFault.BadAnswer, "the upstream's stream ends without [DONE]");
            FirstAfter ??= since.Elapsed;
            output.Write(block, 0, count);
            // What comes behind the end is no part of the answer.
            output.SetLength(output.Length - count + Require(() => reader.Read(block.AsSpan(0, count), events)));
            return null;
        }
        catch (RelayException e)
        {
            return e;
        }
    }

    /// <summary>Of a stream: the chunk that brings the receipt, without it.</summary>
    public byte[] LastChunk { get; private set; } = [];

    /// <summary>Issues the receipt of the answer, all of which was read; durable and promised when this returns.</summary>
    /// <exception cref="NodeException">A key is missing, or no bundle could hold what the receipt commits to.</exception>
    /// <exception cref="LogException">The log does not take it.</exception>
    public async Task<Issued> FinishAsync()
    {
        if (!ended || settled)
            throw new InvalidOperationException("an answer is finished once, after its end was read");
        var issued = await GuardAsync(() => IssueAsync(Committed, null));
        settled = true;
        issuedOne();
        return issued;
    }

    /// <summary>Breaks the answer off where it is not finished, and logs a void in its place. Where the log takes none, the ticket stays open and is void when the node starts again.</summary>
    public async ValueTask DisposeAsync()
    {
        run.Dispose();
        if (settled)
            return;
        settled = true;
        if (await TryVoidAsync(issuer, begun, parameters, Committed, failure is null or OperationCanceledException ? "cancelled" : "failed"))
            issuedOne();
    }

    /// <summary>Logs that an answer was broken off; false where the log does not take it.</summary>
    internal static async Task<bool> TryVoidAsync(LanguageIssuer issuer, BegunAnswer begun, RelayParameters parameters, byte[] output, string reason)
    {
        try
        {
            await IssueAsync(issuer, begun, parameters, output, reason);
            return true;
        }
        catch (Exception e) when (e is LogException or NodeException)
        {
            return false;
        }
    }

    private byte[] Committed => output.ToArray();

    // What is no answer is read as far as an error may be long, so that the void says what came.
    private async Task RequireAnswerAsync()
    {
        if (run.Status == 200)
        {
            if (run.Encoding is not null)
                throw new RelayException(RelayFault.BadAnswer, "the upstream compresses its answer, which nobody asked for");
            return;
        }
        var block = new byte[Block];
        try
        {
            while (await run.ReadAsync(block) is var count and > 0)
                output.Write(block, 0, count);
        }
        catch (RelayException)
        {
            // The status says enough.
        }
        throw run.Refusal(Committed);
    }

    private Task<Issued> IssueAsync(byte[] bytes, string? reason) => IssueAsync(issuer, begun, parameters, bytes, reason);

    private static Task<Issued> IssueAsync(LanguageIssuer issuer, BegunAnswer begun, RelayParameters parameters, byte[] bytes, string? reason)
    {
        var opened = ReceiptIssuer.Salted(bytes);
        var claim = new OutputClaim((ulong)bytes.Length, OutputCommitment.Of(OutputKind.Relayed, opened.Salt, bytes)) { IsRelayed = true };
        return issuer.IssueAsync(begun, opened, claim, ticket => (parameters with { Ticket = ticket, Void = reason }).ToJson());
    }

    private static T Require<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (MalformedException e)
        {
            throw new RelayException(RelayFault.BadAnswer, $"the upstream sends what is no answer: {e.Message}", e);
        }
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
    }
}
