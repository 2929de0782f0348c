using Assay.Node.Receipts;
using Assay.Store;
using Assay.Verify.Codecs;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Node.Tests;

/// <summary>Forgetting: what opens a receipt is gone from the disk, and its log entry tells nobody whose it was.</summary>
public class ForgetTests
{
    [Fact]
    public async Task Forgotten_receipt_leaves_no_byte_of_its_statement_and_salts_in_any_file()
    {
        await using var test = TestNode.Open();
        var model = await test.ImportAdderAsync(1);
        var issued = new List<Issued>();
        for (var i = 0; i < 40; i++)
            issued.Add((await test.Node.InvokeAsync(model, Digits.Pair(i, 2), new CallerTerms(Nonce: $"nonce number {i}", Wire: new WireInput("text/plain", new byte[i * 300])))).Receipt);
        await test.Node.BundleAsync(issued[^1]);
        await test.ReopenAsync();
        var (gone, kept) = (issued[17], issued[18]);
        // The test can find what it looks for: it is there before, and a neighbour's is there after.
        Assert.All(Secrets(gone), secret => Assert.True(IsOnDisk(test, secret)));
        test.Node.Forget(gone.RecordId);
        Assert.All(Secrets(gone), secret => Assert.False(IsOnDisk(test, secret)));
        Assert.All(Secrets(kept), secret => Assert.True(IsOnDisk(test, secret)));
        Assert.Null(test.Node.Vault.Find(gone.RecordId));
        Assert.Equal(NodeFault.NotFound, Assert.Throws<NodeException>(() => test.Node.Forget(gone.RecordId)).Fault);
        await test.ReopenAsync();
        Assert.Null(test.Node.Vault.Find(gone.RecordId));
        Assert.All(Secrets(gone), secret => Assert.False(IsOnDisk(test, secret)));
        test.AssertAccepted(await test.Node.BundleAsync(kept));
        Assert.Equal(40UL, test.Fold().Keys.Values.Single().Receipts);
    }

    [Fact]
    public async Task Receipt_of_this_run_is_refused_while_a_write_ahead_segment_may_hold_it()
    {
        await using var test = TestNode.Open();
        var issued = (await test.Node.InvokeAsync(await test.ImportAdderAsync(1), Digits.Pair(1, 2), new CallerTerms())).Receipt;
        await test.Node.BundleAsync(issued);
        var e = Assert.Throws<NodeException>(() => test.Node.Forget(issued.RecordId));
        Assert.Equal(NodeFault.Unavailable, e.Fault);
        Assert.Contains("write-ahead segment still holds", e.Message, StringComparison.Ordinal);
        Assert.NotNull(test.Node.Vault.Find(issued.RecordId));
        await test.ReopenAsync();
        test.Node.Forget(issued.RecordId);
        Assert.All(Secrets(issued), secret => Assert.False(IsOnDisk(test, secret)));
    }

    [Fact]
    public async Task Entry_alone_with_the_public_key_cannot_be_matched_to_a_guessed_input_and_output()
    {
        await using var test = TestNode.Open();
        var answer = await test.Node.InvokeAsync(await test.ImportAdderAsync(1), Digits.Pair(1, 2), new CallerTerms());
        var issued = answer.Receipt;
        await test.Node.BundleAsync(issued);
        var entry = SealedEntry.Parse(test.Node.Reader.ReadEntry(issued.Index).Span);
        var key = test.Fold().Keys[entry.KeyId].Key;
        // Whoever guesses everything, down to the record id and the times, and has the salts, finds the very entry and a signature that fits.
        var statement = Receipt.Parse(issued.Envelope.Payload.Span);
        Assert.True(Fits(entry, key, Guess(statement, issued.Opening.Input, issued.Opening.Output)));
        // With the same guess and any other salts there is nothing to compare with: neither hash nor signature knows it.
        for (var i = 0; i < 100; i++)
        {
            var (input, output) = (Salt(i, 0), Salt(i, 1));
            Assert.False(Fits(entry, key, Guess(statement, issued.Opening.Input with { Salt = input }, issued.Opening.Output with { Salt = output })));
            Assert.False(Fits(entry, key, Guess(statement, issued.Opening.Input, issued.Opening.Output with { Salt = output })));
            Assert.False(Fits(entry, key, Guess(statement, issued.Opening.Input with { Salt = input }, issued.Opening.Output)));
        }
        // And nothing in the entry is the request's: neither bytes, nor commitments, nor the record id.
        var bytes = entry.ToBytes();
        byte[][] telling =
        [
            issued.Opening.Input.Bytes, issued.Opening.Output.Bytes, issued.Opening.Input.Salt, issued.Opening.Output.Salt, Convert.FromHexString(issued.RecordId),
            statement.Input.Commitment.ToArray(), statement.Output.Commitment.ToArray(), statement.Model.Manifest.ToArray(),
        ];
        Assert.All(telling, part => Assert.True(bytes.AsSpan().IndexOf(part) < 0));
    }

    private static byte[] Guess(Receipt statement, Disclosed input, Disclosed output) => (statement with
    {
        Input = statement.Input with { Commitment = Commitment.OfInput(input.Salt, input.Bytes) },
        Output = statement.Output with { Commitment = OutputCommitment.Of(output.Salt, output.Bytes) },
    }).ToBytes();

    private static bool Fits(SealedEntry entry, PublicKey key, byte[] statement)
    {
        var pae = Envelope.PreAuthEncoding(Envelope.InToto, statement);
        var (hash, signature) = (Sha256.Of(pae) == entry.PaeHash, key.Verify(pae, entry.Signature.Span));
        Assert.Equal(hash, signature);
        return hash;
    }

    private static byte[] Salt(int n, byte which) => Sha256.Of([(byte)n, which]).ToArray();

    // As they are stored: salts raw, the statement in base64 inside its envelope, whose parts alone would tell as much.
    private static IEnumerable<byte[]> Secrets(Issued issued)
    {
        var payload = System.Text.Encoding.ASCII.GetBytes(Base64.Write(issued.Envelope.Payload.Span));
        yield return issued.Opening.Input.Salt;
        yield return issued.Opening.Output.Salt;
        yield return issued.Opening.WireInput?.Salt ?? issued.Opening.Output.Salt;
        yield return payload;
        yield return System.Text.Encoding.ASCII.GetBytes(issued.RecordId);
        // A piece of the statement may outlive the whole: those that are this receipt's alone.
        var statement = Receipt.Parse(issued.Envelope.Payload.Span);
        var text = System.Text.Encoding.UTF8.GetString(issued.Envelope.Payload.Span);
        foreach (var own in (string[])[issued.RecordId, statement.Input.Commitment.ToHex(), statement.Output.Commitment.ToHex()])
        {
            var at = (text.IndexOf(own, StringComparison.Ordinal) + 2) / 3 * 3;
            yield return System.Text.Encoding.ASCII.GetBytes(Base64.Write(issued.Envelope.Payload.Span.Slice(at, 24)));
        }
    }

    private static bool IsOnDisk(TestNode test, byte[] secret) =>
        // But for the locks, which hold a process id and cannot be read.
        Directory.EnumerateFiles(test.Data.Path, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "lock").Any(f => File.ReadAllBytes(f).AsSpan().IndexOf(secret) >= 0);
}
