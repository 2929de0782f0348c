using Assay.Node.Keys;
using Assay.Node.Receipts;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Reports;
using Assay.Verify.Statements;
using Assay.Verify.Verification;

namespace Assay.Node.Tests;

/// <summary>Logs with several root keys, some or all of which are on other machines.</summary>
public sealed class CeremonyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SigningKey[] roots = [Key(1), Key(2, KeyAlgorithm.EcdsaP256Sha256), Key(3)];

    private DataFolder Data => new(folder["data"]);

    [Fact]
    public async Task Two_of_three_root_keys_begin_a_log_publish_a_model_and_introduce_a_key_and_its_receipts_are_accepted()
    {
        var genesis = Ceremony.Prepare(Data, new NodeOptions { Name = "ours" }, new RootSet(roots.Select(r => r.PublicKey), 2));
        Assert.Equal(0, genesis.Signatures);
        await RefusedAsync(NodeFault.BadRequest, "0 of 2 signatures", () => Ceremony.BeginAsync(Data, new NodeOptions(), genesis));
        await RefusedAsync(NodeFault.BadRequest, "1 of 2 signatures", () => Ceremony.BeginAsync(Data, new NodeOptions(), genesis.Sign(roots[1])));
        var waiting = Assert.Throws<NodeException>(() => AssayNode.Open(Data, new NodeOptions()));
        Assert.Contains("has not begun", waiting.Message, StringComparison.Ordinal);
        await Ceremony.BeginAsync(Data, new NodeOptions(), Carried(genesis).Sign(roots[1]).Sign(roots[0]));
        Assert.False(File.Exists(Data.PendingGenesis));

        await using var node = AssayNode.Open(Data, new NodeOptions());
        Assert.Equal(("ours", 2, 3), (node.Genesis.Node, node.Genesis.Roots.Threshold, node.Genesis.Roots.Keys.Length));
        Assert.Equal(node.Genesis.Roots.Keys.OrderBy(k => k.Id.ToHex(), StringComparer.Ordinal), node.Genesis.Roots.Keys);
        Assert.False(node.SignsEvents);
        var model = await node.ImportAsync(folder.Write("adder.onnx", Digits.Adder(1)));
        await RefusedAsync(NodeFault.KeyMissing, "too few to publish adder@1", () => RunAsync(node, model));
        var publish = node.Unpublished(model)!;
        await RefusedAsync(NodeFault.BadRequest, "0 of 2 signatures", () => node.SubmitAsync(publish));
        publish = Carried(publish).Sign(roots[2]);
        await RefusedAsync(NodeFault.BadRequest, "1 of 2 signatures", () => node.SubmitAsync(publish));
        await node.SubmitAsync(Carried(publish).Sign(roots[1]));
        Assert.Null(node.Unpublished(model));
        await RefusedAsync(NodeFault.BadRequest, "in the log already, at index 1", () => node.SubmitAsync(Carried(publish).Sign(roots[1])));

        await RefusedAsync(NodeFault.KeyMissing, "too few to introduce a serving key", () => RunAsync(node, model));
        var (keyId, introduce) = await node.IntroduceKeyAsync(model);
        await RefusedAsync(NodeFault.KeyMissing, "too few to introduce a serving key", () => RunAsync(node, model));
        await node.SubmitAsync(introduce!.Sign(roots[0]).Sign(roots[2]));
        var receipt = (await RunAsync(node, model)).Receipt;
        Assert.Equal(keyId, receipt.Envelope.KeyId);
        var report = Verifier.Verify((await node.BundleAsync(receipt)).ToBytes(), NodePolicy.Read(Data));
        Assert.True(report.Accepted, report.Headline);
        Assert.Equal(2, NodePolicy.Read(Data).RootThreshold);
        Assert.Contains("2 of 3 root keys", report[Axis.Key].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_terms_travel_as_a_file_and_hold_for_keys_introduced_after_them()
    {
        await Ceremony.BeginAsync(Data, new NodeOptions(), Ceremony.Prepare(Data, new NodeOptions(), new RootSet(roots.Select(r => r.PublicKey), 2)).Sign(roots[0]).Sign(roots[1]));
        await using var node = AssayNode.Open(Data, new NodeOptions());
        var (index, waiting) = await node.ProposeAsync(new AuditTermsEvent(node.Origin, 100, 600));
        Assert.Null(index);
        Assert.Contains(EventText.Lines(Carried(waiting!).Event), line => line.Contains("epochs of 100 records", StringComparison.Ordinal));
        await RefusedAsync(NodeFault.BadRequest, "1 of 2 signatures", () => node.SubmitAsync(waiting!.Sign(roots[2])));
        await node.SubmitAsync(Carried(waiting!.Sign(roots[2])).Sign(roots[1]));
        Assert.Equal((100UL, 600UL), node.Look(s => (s.Terms!.EpochRecords, s.Terms.OpeningSeconds)));
    }

    [Fact]
    public async Task Lease_that_ended_without_the_root_keys_fails_with_one_clear_line_and_goes_on_once_the_renewal_is_brought()
    {
        var options = new NodeOptions { MaxLease = 4 };
        var genesis = Ceremony.Prepare(Data, options, new RootSet(roots.Select(r => r.PublicKey), 2));
        await Ceremony.BeginAsync(Data, options, genesis.Sign(roots[0]).Sign(roots[1]));
        await using var node = AssayNode.Open(Data, options);
        var model = await node.ImportAsync(folder.Write("adder.onnx", Digits.Adder(1)));
        await node.SubmitAsync(node.Unpublished(model)!.Sign(roots[0]).Sign(roots[1]));
        var (keyId, introduce) = await node.IntroduceKeyAsync(model);
        await node.SubmitAsync(introduce!.Sign(roots[0]).Sign(roots[1]));
        // The lease was reckoned from the index at which the event was drawn up, so all of it is left: three entries.
        for (var i = 0; i < 3; i++)
            await node.BundleAsync((await RunAsync(node, model)).Receipt);
        for (var again = 0; again < 2; again++)
        {
            var e = await Assert.ThrowsAsync<NodeException>(() => RunAsync(node, model));
            Assert.Equal(NodeFault.KeyMissing, e.Fault);
            Assert.Contains($"renew the lease of the serving key {keyId.ToHex()[..8]}, which ended at index 6", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
        }
        var outcome = await node.ProposeAsync(KeyEvent.Renew(node.Origin, keyId, node.Look(s => s.Size) + 4));
        await node.SubmitAsync(outcome.Waiting!.Sign(roots[2]).Sign(roots[0]));
        var receipt = (await RunAsync(node, model)).Receipt;
        Assert.Equal(3UL, Receipt.Parse(receipt.Envelope.Payload.Span).Sequence);
        Assert.True(Verifier.Verify((await node.BundleAsync(receipt)).ToBytes(), NodePolicy.Read(Data)).Accepted);
    }

    [Fact]
    public async Task Root_keys_that_are_brought_to_the_machine_make_everything_automatic_again()
    {
        var genesis = Ceremony.Prepare(Data, new NodeOptions(), new RootSet(roots.Select(r => r.PublicKey), 2));
        await Ceremony.BeginAsync(Data, new NodeOptions(), genesis.Sign(roots[0]).Sign(roots[1]));
        File.WriteAllText(Path.Combine(Data.Keys, "root-a.pem"), roots[0].ToPem());
        // One of a stranger does not count.
        File.WriteAllText(Path.Combine(Data.Keys, "root-x.pem"), Key(9).ToPem());
        await using var node = AssayNode.Open(Data, new NodeOptions());
        Assert.False(node.SignsEvents);
        var model = await node.ImportAsync(folder.Write("adder.onnx", Digits.Adder(1)));
        Assert.Equal(roots[0].PublicKey.Id, Assert.Single(node.Unpublished(model)!.Entry.Signatures).KeyId);
        File.WriteAllText(Path.Combine(Data.Keys, "root-b.pem"), roots[1].ToPem());
        Assert.True(node.SignsEvents);
        var receipt = (await RunAsync(node, model)).Receipt;
        Assert.True(Verifier.Verify((await node.BundleAsync(receipt)).ToBytes(), NodePolicy.Read(Data)).Accepted);
    }

    [Fact]
    public async Task Signatures_that_do_not_belong_are_refused_and_nothing_is_appended()
    {
        var genesis = Ceremony.Prepare(Data, new NodeOptions(), new RootSet(roots.Select(r => r.PublicKey), 2));
        Assert.Contains("not one of the root keys", Assert.Throws<NodeException>(() => genesis.Sign(Key(9))).Message, StringComparison.Ordinal);
        Assert.Contains("signed this event already", Assert.Throws<NodeException>(() => genesis.Sign(roots[0]).Sign(roots[0])).Message, StringComparison.Ordinal);
        var forged = EventFile.Of((GenesisEvent)genesis.Event with { Roots = new RootSet([roots[0].PublicKey], 1) }).Sign(roots[0]);
        await RefusedAsync(NodeFault.BadRequest, "not the genesis that was drawn up", () => Ceremony.BeginAsync(Data, new NodeOptions(), forged));
        await Ceremony.BeginAsync(Data, new NodeOptions(), genesis.Sign(roots[0]).Sign(roots[1]));
        Assert.Contains("already", Assert.Throws<NodeException>(() => Ceremony.Prepare(Data, new NodeOptions(), RootSet.Of(roots[0].PublicKey))).Message, StringComparison.Ordinal);

        await using var node = AssayNode.Open(Data, new NodeOptions());
        var model = await node.ImportAsync(folder.Write("adder.onnx", Digits.Adder(1)));
        var publish = node.Unpublished(model)!.Sign(roots[0]);
        await RefusedAsync(NodeFault.BadRequest, "not one of the root keys of this log", () => node.SubmitAsync(publish.Sign(Key(9))));
        var text = System.Text.Encoding.UTF8.GetString(publish.Sign(roots[1]).ToBytes());
        var at = text.IndexOf("\"sig\":\"", StringComparison.Ordinal) + 20;
        var damaged = EventFile.Parse(System.Text.Encoding.UTF8.GetBytes(text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..]));
        await RefusedAsync(NodeFault.BadRequest, "is not over what this file says", () => node.SubmitAsync(damaged));
        await RefusedAsync(NodeFault.BadRequest, "never introduced", () => node.SubmitAsync(
            EventFile.Of(KeyEvent.Retire(node.Origin, roots[0].PublicKey.Id)).Sign(roots[0]).Sign(roots[1])));
        await RefusedAsync(NodeFault.BadRequest, "signed for the log", () => node.SubmitAsync(
            EventFile.Of(KeyEvent.Retire("elsewhere.example/log", roots[0].PublicKey.Id)).Sign(roots[0]).Sign(roots[1])));
        Assert.Equal(1UL, node.Checkpoint.Checkpoint.Size);
    }

    [Fact]
    public void Text_that_is_exchanged_under_signatures_or_not_shown_is_refused_before_anyone_signs()
    {
        var genesis = Ceremony.Prepare(Data, new NodeOptions(), new RootSet(roots.Select(r => r.PublicKey), 2)).Sign(roots[0]);
        Assert.True(EventFile.Parse(genesis.ToBytes()).SignaturesAreChecked);
        var other = EventFile.Of((GenesisEvent)genesis.Event with { Node = "another" }).Entry;
        var exchanged = new Verify.Dsse.OpenEntry(other.Payload, genesis.Entry.Signatures);
        Assert.Contains("not over what this file says", Assert.Throws<MalformedException>(() => EventFile.Parse(exchanged.ToBytes())).Message, StringComparison.Ordinal);

        var retire = EventFile.Of(KeyEvent.Retire("o", roots[0].PublicKey.Id));
        Assert.False(EventFile.Parse(retire.ToBytes()).SignaturesAreChecked);
        var more = System.Text.Encoding.UTF8.GetString(retire.Entry.Payload.Span).Replace("\"action\"", "\"note\":\"all is given up\",\"action\"", StringComparison.Ordinal);
        var hidden = new Verify.Dsse.OpenEntry(System.Text.Encoding.UTF8.GetBytes(more), []);
        Assert.Contains("more than this version can show", Assert.Throws<MalformedException>(() => EventFile.Parse(hidden.ToBytes())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Event_file_that_is_damaged_or_contradicts_itself_gives_a_typed_error()
    {
        var good = EventFile.Of(KeyEvent.Introduce("o", roots[0].PublicKey, new Segment("s", Sha256.Of([1]), "p", "r"), 9)).Sign(roots[1]).ToBytes();
        Assert.Equal(good, EventFile.Parse(good).ToBytes());
        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = good.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Parse(i % 3 == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
        }
        var lie = System.Text.Encoding.UTF8.GetString(EventFile.Of(KeyEvent.Introduce("o", roots[0].PublicKey, new Segment("s", Sha256.Of([1]), "p", "r"), 9)).Entry.Payload.Span)
            .Replace(roots[0].PublicKey.Id.ToHex(), roots[2].PublicKey.Id.ToHex(), StringComparison.Ordinal);
        var entry = new Verify.Dsse.OpenEntry(System.Text.Encoding.UTF8.GetBytes(lie), []);
        Assert.Throws<MalformedException>(() => EventFile.Parse(entry.ToBytes()));

        static void Parse(byte[] bytes)
        {
            try
            {
                EventFile.Parse(bytes);
            }
            catch (Exception e) when (e is MalformedException or UnsupportedException)
            {
                // As it should be.
            }
        }
    }

    [Fact]
    public void Words_for_what_is_signed_name_every_key_and_hide_nothing()
    {
        var genesis = new GenesisEvent(
            "o", new RootSet(roots.Select(r => r.PublicKey), 2), Verify.Notes.VerifierKey.Create("o", Verify.Notes.NoteSignatureType.Ed25519, Key(7).PublicKey),
            100, 60, "n\u202eode", DateTimeOffset.UnixEpoch);
        var words = string.Join('\n', EventText.Lines(genesis));
        Assert.Contains("threshold 2 of 3 root keys", words, StringComparison.Ordinal);
        Assert.All(roots, r => Assert.Contains(r.PublicKey.Id.ToHex(), words, StringComparison.Ordinal));
        Assert.DoesNotContain('\u202e', words);
        var key = Sha256.Of([1]);
        foreach (var step in (LogEvent[])[KeyEvent.Retire("o", key), KeyEvent.Renew("o", key, 12), KeyEvent.Compromise("o", key, 34)])
            Assert.Contains(key.ToHex(), string.Join('\n', EventText.Lines(step)), StringComparison.Ordinal);
        Assert.Contains("34", EventText.Lines(KeyEvent.Compromise("o", key, 34)).First(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(KeyAlgorithm.Ed25519)]
    [InlineData(KeyAlgorithm.EcdsaP256Sha256)]
    public async Task Serving_keys_of_either_algorithm_sign_receipts_that_are_accepted_and_survive_a_restart(KeyAlgorithm algorithm)
    {
        var options = new NodeOptions { ServingKeyAlgorithm = algorithm };
        await using var test = TestNode.Open(options);
        var model = await test.ImportAdderAsync(1);
        for (var life = 0; life < 2; life++)
        {
            var receipt = (await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms())).Receipt;
            test.AssertAccepted(await test.Node.BundleAsync(receipt));
            await test.ReopenAsync();
        }
        Assert.Equal(algorithm, test.Fold().Keys.Values.Single().Key.Algorithm);
    }

    public void Dispose()
    {
        foreach (var root in roots)
            root.Dispose();
        folder.Dispose();
    }

    private static Task<Answer> RunAsync(AssayNode node, Store.StoredModel model) => node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms());

    // As it is after a journey through a file.
    private static EventFile Carried(EventFile file) => EventFile.Parse(file.ToBytes());

    private static SigningKey Key(byte n, KeyAlgorithm algorithm = KeyAlgorithm.Ed25519)
    {
        var seed = Sha256.Of([n, (byte)algorithm]).ToArray();
        return algorithm == KeyAlgorithm.Ed25519 ? SigningKey.FromSeed(seed) : SigningKey.FromScalar(seed);
    }

    private static async Task RefusedAsync(NodeFault fault, string says, Func<Task> act)
    {
        var e = await Assert.ThrowsAsync<NodeException>(act);
        Assert.Equal(fault, e.Fault);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }
}
