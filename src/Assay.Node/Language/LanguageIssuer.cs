using Assay.Log;
using Assay.Node.Receipts;
using Assay.Providers.Language;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Node.Language;

/// <summary>What is known of an answer of a language model before anything is made of it: which ticket it has, and what was asked.</summary>
/// <param name="RecordId">That its receipt will have: the ids that a caller sees come of it.</param>
/// <param name="Input">In its canonical encoding.</param>
internal sealed record BegunAnswer(
    string RecordId, Segment Segment, ModelClaim Model, ExecutionClaim Execution, Ticket Ticket, LanguageInput Input, CallerTerms Terms, DateTimeOffset RequestedAt);

/// <summary>Who answers, as receipts call it: a language model of this node, or a relay to one elsewhere.</summary>
/// <param name="Lost">What is recorded of an answer that was lost with the process that made it.</param>
internal sealed record Answerer(Segment Segment, ModelClaim Model, ExecutionClaim Execution, Func<Ticket, LostAnswer> Lost);

/// <param name="InputType">Media type of the input, of which nothing is known any more.</param>
/// <param name="Output">Of nothing.</param>
internal sealed record LostAnswer(string InputType, OutputClaim Output, JsonValue Parameters);

/// <summary>What a language model was given, in its canonical encoding.</summary>
internal sealed record LanguageInput(string MediaType, byte[] Bytes);

/// <summary>Receipts of language models: a ticket before the first token, and exactly one record for each ticket.</summary>
internal sealed class LanguageIssuer(ReceiptIssuer issuer, LogQueue queue, ServingKeys keys, Tickets tickets, VaultSink sink)
{
    /// <summary>Takes a ticket, and logs those as void that were lost with an earlier process.</summary>
    public async Task<BegunAnswer> BeginAsync(Answerer answerer, LanguageInput input, CallerTerms terms, DateTimeOffset requestedAt)
    {
        Ticket ticket;
        List<(Ticket Ticket, ReceiptIssuer.Signed Signed)> voids;
        using (var turn = await queue.TakeAsync())
        {
            voids = await AppendLostAsync(turn, answerer, requestedAt);
            var serving = await keys.ForAsync(answerer.Segment, turn);
            ticket = tickets.Take(serving.Key.PublicKey.Id, serving.NextSequence);
        }
        await SettleAsync(voids);
        return new BegunAnswer(ReceiptIssuer.NewRecordId(), answerer.Segment, answerer.Model, answerer.Execution, ticket, input, terms, requestedAt);
    }

    /// <summary>Logs those tickets of a segment's key as void that were lost with an earlier process.</summary>
    public async Task VoidLostAsync(Answerer answerer, DateTimeOffset now)
    {
        List<(Ticket Ticket, ReceiptIssuer.Signed Signed)> voids;
        using (var turn = await queue.TakeAsync())
            voids = await AppendLostAsync(turn, answerer, now);
        await SettleAsync(voids);
    }

    /// <summary>Logs that an answer was broken off; false where the log does not take it: the ticket stays open then, and is void when the node starts again.</summary>
    public async Task<bool> TryVoidAsync(BegunAnswer begun, AnswerParameters asked, RecordedAnswer answer, byte[] salt, VoidReason reason)
    {
        try
        {
            await IssueAsync(begun, asked, answer, salt, reason);
            return true;
        }
        catch (NodeException e) when (e.Fault == NodeFault.BadRequest && answer.Tokens > 0)
        {
            // More than a bundle can hold: the void commits to the request alone.
            return await TryVoidAsync(begun, asked, new AnswerRecorder(asked.N, salt).Finish(), salt, reason);
        }
        catch (Exception e) when (e is LogException or NodeException)
        {
            return false;
        }
    }

    /// <summary>As above, of embeddings.</summary>
    public async Task<bool> TryVoidAsync(BegunAnswer begun, EmbeddingParameters asked, VoidReason reason)
    {
        try
        {
            await IssueAsync(begun, asked, EmbeddingTensors.None, reason);
            return true;
        }
        catch (Exception e) when (e is LogException or NodeException)
        {
            return false;
        }
    }

    /// <summary>As below, of tokens.</summary>
    public Task<Issued> IssueAsync(BegunAnswer begun, AnswerParameters asked, RecordedAnswer answer, byte[] salt, VoidReason? reason) => IssueAsync(
        begun, new Disclosed(salt, answer.Bytes), new OutputClaim((ulong)answer.Bytes.Length, answer.Commitment, answer.Tokens),
        ticket => AnswerParametersFormat.Write(asked with { Choices = answer.Choices, Void = reason, Ticket = ticket }));

    /// <summary>As below, of embeddings.</summary>
    /// <param name="tensors">In their canonical encoding.</param>
    public Task<Issued> IssueAsync(BegunAnswer begun, EmbeddingParameters asked, byte[] tensors, VoidReason? reason)
    {
        var output = ReceiptIssuer.Salted(tensors);
        return IssueAsync(
            begun, output, new OutputClaim((ulong)tensors.Length, OutputCommitment.Of(output.Salt, tensors)), ticket => (asked with { Void = reason, Ticket = ticket }).ToJson());
    }

    /// <summary>Logs what became of an answer: all of it, or, as void, what was made before it was broken off. Durable and promised when this returns.</summary>
    /// <param name="claim">Of the output.</param>
    /// <param name="parameters">Given the number of the ticket that the record ends.</param>
    public async Task<Issued> IssueAsync(BegunAnswer begun, Disclosed output, OutputClaim claim, Func<ulong, JsonValue> parameters)
    {
        var contents = new ReceiptIssuer.Contents(
            ReceiptIssuer.Salted(begun.Input.Bytes), output, begun.Terms.Wire is { } wire ? ReceiptIssuer.Salted(wire.Bytes) : null);
        var draft = issuer.Draft(begun.Segment, begun.Model, contents, begun.Terms, begun.RequestedAt, begun.Input.MediaType) with
        {
            RecordId = begun.RecordId, Output = claim, Execution = begun.Execution,
        };
        var used = begun.Ticket;
        var issued = await issuer.AppendAsync(begun.Segment, contents, (serving, _) =>
        {
            // The key was replaced meanwhile: the answer takes a ticket of the one that signs, and keeps the seed of the other.
            if (serving.Key.PublicKey.Id != used.Key)
                used = tickets.Take(serving.Key.PublicKey.Id, serving.NextSequence);
            return draft with { Parameters = parameters(used.Number) };
        });
        sink.Expect(issued);
        tickets.Settle(used);
        if (used != begun.Ticket)
            tickets.Settle(begun.Ticket);
        return issued;
    }

    /// <summary>The tickets of a key's receipts in the vault, from a place in its sequence on.</summary>
    public static Func<Hash, ulong, IEnumerable<ulong>> TicketsIn(ReceiptVault vault) => (key, from) => vault.OpeningsOf(key, from)
        .Select(bytes => Envelope.Parse(JsonAt.Root(StrictJson.Parse(Opening.Parse(bytes).Envelope, Bundle.MaxSize), "envelope")))
        .Select(envelope => AnswerParametersFormat.TicketOf(Receipt.Parse(envelope.Payload.Span).Parameters));

    private async Task<List<(Ticket Ticket, ReceiptIssuer.Signed Signed)>> AppendLostAsync(LogQueue.Turn turn, Answerer answerer, DateTimeOffset now)
    {
        var serving = await keys.ForAsync(answerer.Segment, turn);
        var voids = new List<(Ticket, ReceiptIssuer.Signed)>();
        foreach (var lost in tickets.TakeLost(serving.Key.PublicKey.Id, serving.NextSequence))
        {
            // Each may be the one that needs a longer lease.
            serving = await keys.ForAsync(answerer.Segment, turn);
            voids.Add((lost, AppendLost(turn, serving, answerer, lost, now)));
        }
        return voids;
    }

    private async Task SettleAsync(List<(Ticket Ticket, ReceiptIssuer.Signed Signed)> voids)
    {
        foreach (var (lost, signed) in voids)
        {
            sink.Expect(await signed.Issued());
            tickets.Settle(lost);
        }
    }

    // Of what was asked and made nothing is known any more.
    private ReceiptIssuer.Signed AppendLost(LogQueue.Turn turn, ServingKey serving, Answerer answerer, Ticket lost, DateTimeOffset now)
    {
        var contents = new ReceiptIssuer.Contents(ReceiptIssuer.Salted([]), ReceiptIssuer.Salted([]), null);
        var record = answerer.Lost(lost);
        var receipt = issuer.Draft(answerer.Segment, answerer.Model, contents, new CallerTerms(), now, record.InputType) with
        {
            Output = record.Output,
            Execution = answerer.Execution,
            Parameters = record.Parameters,
        };
        return issuer.Append(turn, serving, contents, receipt);
    }
}
