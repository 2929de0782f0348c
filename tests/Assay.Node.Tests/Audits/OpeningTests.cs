using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Node.Audits;
using Assay.Verify.Audits;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Audits;

/// <summary>What is drawn is opened, to its auditor and to nobody else (docs/spec/audits.md section 3).</summary>
public class OpeningTests
{
    private readonly ScriptedAuditor auditor = new("auditor-1.test/log");
    private readonly ScriptedAuditor second = new("auditor-2.test/log");

    private NodeOptions Options => new() { Auditors = new AuditorList(false, [auditor.Key, second.Key]) };

    [Fact]
    public async Task Drawn_records_come_in_the_order_of_the_draw_each_as_its_caller_asked()
    {
        await using var node = await AuditedNode.OpenAsync(Options);
        var (_, draw) = await node.AuditAsync(auditor, 12, some: true);
        var lines = await node.OpenAsync(auditor.Ask(node.Node, draw));
        Assert.Equal(Enumerable.Range(0, 12), lines.Select(l => l.GetProperty("position").GetInt32()));
        Assert.Equal(draw.Order(), lines.Select(l => l.GetProperty("sequence").GetUInt64()));
        foreach (var line in lines)
        {
            var issued = node.Issued[line.GetProperty("sequence").GetInt32()];
            if (Receipt.Parse(issued.Envelope.Payload.Span).Auditable)
                AssertOpened(node, line, issued);
            else
                AssertNotAuditable(node, line, issued);
        }
        Assert.Contains(lines, l => l.TryGetProperty("envelope", out _));
        Assert.Contains(lines, l => l.TryGetProperty("bundle", out _));
    }

    [Fact]
    public async Task Positions_are_asked_for_piece_by_piece()
    {
        await using var node = await AuditedNode.OpenAsync(Options);
        var (_, draw) = await node.AuditAsync(auditor, 10);
        var sequences = new List<ulong>();
        for (var from = 0UL; from < 12; from += 3)
            sequences.AddRange((await node.OpenAsync(auditor.Ask(node.Node, draw, from, 3))).Select(l => l.GetProperty("sequence").GetUInt64()));
        Assert.Equal(draw.Order(), sequences);
        Assert.Empty(await node.OpenAsync(auditor.Ask(node.Node, draw, StrictJson.MaxInteger, 64)));
    }

    [Fact]
    public async Task A_share_is_drawn_by_both_auditors_secrets_and_a_missing_one_is_named()
    {
        await using var node = await AuditedNode.OpenAsync(Options);
        await node.ServeAsync(1);
        var (mine, other) = (await node.CommitAsync(auditor, 0, 400_000), await node.CommitAsync(second, 0, 400_000));
        await node.ServeAsync(29);
        await node.EndEpochAsync();
        RevealedSeed[] both = [new(mine, auditor.SecretOf(0)), new(other, second.SecretOf(0))];
        var (first, again) = (auditor.Draw(node.Node, node.Key, 0, both), second.Draw(node.Node, node.Key, 0, both));
        Assert.InRange(first.Order().Length, 1, 29);
        Assert.Equal(first.Order(), again.Order());
        foreach (var (who, draw) in ((ScriptedAuditor, AuditDrawEvent)[])[(auditor, first), (second, again)])
            Assert.Equal(draw.Order(), (await node.OpenAsync(who.Ask(node.Node, draw))).Select(l => l.GetProperty("sequence").GetUInt64()));
        var alone = second.Draw(node.Node, node.Key, 0, [both[1]]);
        Assert.Equal([mine], alone.Missing);
        Assert.NotEqual(first.Order(), alone.Order());
        Assert.Equal(alone.Order(), (await node.OpenAsync(new ScriptedAuditor(second.Log.Origin).Ask(node.Node, alone))).Select(l => l.GetProperty("sequence").GetUInt64()));
    }

    [Fact]
    public async Task A_draw_that_does_not_count_opens_nothing()
    {
        await using var node = await AuditedNode.OpenAsync(Options);
        var (own, draw) = await node.AuditAsync(auditor, 10, rate: 500_000);
        await node.OpenAsync(auditor.Ask(node.Node, draw));
        foreach (var (why, wrong) in ((string, AuditDrawEvent)[])
        [
            ("records from", draw with { Epoch = draw.Epoch with { Records = 9 } }),
            ("records from", draw with { Epoch = draw.Epoch with { First = 1, Records = 9 } }),
            ("records from", draw with { Epoch = draw.Epoch with { Size = draw.Epoch.Size + 1 } }),
            ("no commitment for that epoch", draw with { Epoch = draw.Epoch with { Number = 1 } }),
            ("root", draw with { Root = Sha256.Of("root"u8) }),
            ("neither opened nor missing", draw with { Seeds = [new(own, Sha256.Of("secret"u8))] }),
            ("2 missing", draw with { Missing = [own + 1, own + 2] }),
            ("rate 500000", draw with { Rate = 499_999 }),
            ("no commitment for that epoch", draw with { Own = own - 1, Seeds = [new(own - 1, draw.Seeds[0].Secret)] }),
            ("do not draw", draw with { Drawn = draw.Drawn - 1 }),
            ("another provider", draw with { Provider = "elsewhere.test/log" }),
            ("has no key", draw with { KeyId = Sha256.Of("key"u8) }),
        ])
        {
            // Whatever can be is put right again, so that only the one thing is wrong.
            var again = why == "do not draw" ? wrong : wrong with { Drawn = (ulong)wrong.Order().Length };
            var log = new ScriptedAuditor(auditor.Log.Origin);
            var (status, said) = await node.RefusedAsync("openings", log.Ask(node.Node, again).ToBytes());
            Assert.Equal((HttpStatusCode.Conflict, said), (status, said));
            Assert.Contains(why, said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_draw_of_an_epoch_that_has_not_ended_opens_nothing()
    {
        await using var node = await AuditedNode.OpenAsync(Options);
        await node.ServeAsync(3);
        var own = await node.CommitAsync(auditor, 0);
        await node.ServeAsync(3);
        var draw = new AuditDrawEvent(
            auditor.Log.Origin, node.Node.Origin, node.Key, new KeyEpoch(0, 0, 6, own + 4), Sha256.Of("root"u8), own, 1_000_000, [new(own, auditor.SecretOf(0))], [], 6);
        var (status, said) = await node.RefusedAsync("openings", auditor.Ask(node.Node, draw).ToBytes());
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("has not ended", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_but_the_auditor_that_drew_is_answered()
    {
        await using var node = await AuditedNode.OpenAsync(Options);
        var (_, draw) = await node.AuditAsync(auditor, 5);
        var right = auditor.Ask(node.Node, draw);
        async Task Forbidden(OpeningRequest request, string why)
        {
            var (status, said) = await node.RefusedAsync("openings", request.ToBytes());
            Assert.Equal((HttpStatusCode.Forbidden, said), (status, said));
            Assert.Contains(why, said, StringComparison.Ordinal);
        }
        // Who reads the auditor's log has the draw and the proof, and not its key.
        await Forbidden(OpeningRequest.Sign(node.Node.Origin, right.Draw, right.Proof, 0, 64, second.Log.LogKey), "not signed by the log key");
        await Forbidden(right with { From = 1 }, "not signed by the log key");
        await Forbidden(OpeningRequest.Sign("elsewhere.test/log", right.Draw, right.Proof, 0, 64, auditor.Log.LogKey), "not signed by the log key");
        // A draw that the auditor has not signed, or that is not in its log.
        var others = OpenEntry.Sign(draw.ToBytes(), second.Log.LogKey).ToBytes();
        await Forbidden(OpeningRequest.Sign(node.Node.Origin, others, right.Proof, 0, 64, auditor.Log.LogKey), "the draw is not signed");
        await Forbidden(Checkpoints(node, right, second), "checkpoint is not that");
        var unlogged = draw.ToEntry(auditor.Log.LogKey);
        var proof = new TlogProof(null, 0, [], new Checkpoint(auditor.Log.Origin, 1, MerkleTree.LeafHash(unlogged)).Sign(auditor.Log.LogKey));
        Assert.Equal(5, (await node.OpenAsync(OpeningRequest.Sign(node.Node.Origin, unlogged, proof, 0, 64, auditor.Log.LogKey))).Length);
        var (status, said) = await node.RefusedAsync("openings", OpeningRequest.Sign(
            node.Node.Origin, unlogged, proof with { Note = new Checkpoint(auditor.Log.Origin, 1, Sha256.Of("root"u8)).Sign(auditor.Log.LogKey) }, 0, 64, auditor.Log.LogKey).ToBytes());
        Assert.Equal((HttpStatusCode.BadRequest, true), (status, said.Contains("does not lead", StringComparison.Ordinal)));
        // And not the auditor either, once the operator has taken it off the list.
        second.OnlyMe.Write(node.Test.Data);
        await Forbidden(right, "has not named");
    }

    [Fact]
    public async Task A_forgotten_record_is_gone_with_a_reason_and_the_others_are_opened()
    {
        await using var node = await AuditedNode.OpenAsync(Options);
        var (_, draw) = await node.AuditAsync(auditor, 6);
        await node.ReopenAsync();
        node.Node.Forget(node.Issued[3].RecordId);
        var lines = await node.OpenAsync(auditor.Ask(node.Node, draw));
        Assert.Equal(6, lines.Length);
        foreach (var line in lines)
            if (line.GetProperty("sequence").GetInt32() == 3)
                Assert.Contains("forgotten", line.GetProperty("gone").GetString(), StringComparison.Ordinal);
            else
                AssertOpened(node, line, node.Issued[line.GetProperty("sequence").GetInt32()]);
    }

    [Fact]
    public async Task Damaged_requests_are_refused_in_one_line()
    {
        await using var node = await AuditedNode.OpenAsync(Options);
        var (_, draw) = await node.AuditAsync(auditor, 3);
        var sent = auditor.Ask(node.Node, draw).ToBytes();
        var random = new Random(14);
        var forbidden = 0;
        for (var round = 0; round < 400; round++)
        {
            var bytes = sent.ToArray();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            var (status, why) = await node.RefusedAsync("openings", bytes);
            Assert.True((int)status is 400 or 403 or 409, $"{status}: {why}");
            forbidden += status == HttpStatusCode.Forbidden ? 1 : 0;
        }
        Assert.InRange(forbidden, 20, 399);
        Assert.Equal(3, (await node.OpenAsync(OpeningRequest.Parse(sent))).Length);
    }

    private static OpeningRequest Checkpoints(AuditedNode node, OpeningRequest right, ScriptedAuditor by) => right with
    {
        Proof = right.Proof with { Note = Checkpoint.Parse(right.Proof.Note.Text).Sign(by.Log.LogKey) },
    };

    private static void AssertOpened(AuditedNode node, JsonElement line, Receipts.Issued issued)
    {
        var bundle = Bundle.Parse(Encoding.UTF8.GetBytes(line.GetProperty("bundle").GetRawText()));
        node.Test.AssertAccepted(bundle);
        Assert.Equal(issued.Envelope.Payload.ToArray(), bundle.Envelope.Payload.ToArray());
        Assert.Equal(issued.Opening.Input.Bytes, bundle.Disclosures.Input!.Bytes.ToArray());
        Assert.Equal(issued.Opening.WireInput!.Bytes, bundle.Disclosures.WireInput!.Bytes.ToArray());
        Assert.Equal(issued.Opening.Output.Bytes, bundle.Disclosures.Output!.Bytes.ToArray());
    }

    private static void AssertNotAuditable(AuditedNode node, JsonElement line, Receipts.Issued issued)
    {
        Assert.Equal(["position", "sequence", "envelope"], line.EnumerateObject().Select(m => m.Name));
        var envelope = Envelope.Parse(JsonAt.Root(StrictJson.Parse(line.GetProperty("envelope").GetBytesFromBase64(), 1 << 20), "envelope"));
        Assert.Equal(issued.Envelope.Payload.ToArray(), envelope.Payload.ToArray());
        // It is what the log holds: so it shows that the record is outside the frame.
        var entry = SealedEntry.Parse(node.Node.Reader.ReadEntry(issued.Index).Span);
        Assert.Equal(Sha256.Of(envelope.Pae()), entry.PaeHash);
        Assert.DoesNotContain(Convert.ToBase64String(issued.Opening.Output.Salt), line.GetRawText(), StringComparison.Ordinal);
    }
}
