using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Verify.Tests.Notes;

public class CosignatureTests
{
    private static readonly SigningKey Key = SigningKey.FromSeed(Sha256.Of([9]).Bytes);
    private static readonly VerifierKey Witness = VerifierKey.Create("witness.test/w1", NoteSignatureType.Cosignature, Key.PublicKey);
    private static readonly string Text = new Checkpoint("example.test/log", 42, MerkleTree.Empty, ["an extension"]).ToText();

    [Fact]
    public void A_cosignature_verifies_over_text_and_time_and_nothing_else()
    {
        var line = Cosignature.Sign(Text, Witness.Name, Key, 1_679_315_147);
        Assert.Equal((Witness.Name, Witness.Id, 72), (line.Name, line.KeyId, line.Bytes.Length));
        Assert.Equal(1_679_315_147UL, Cosignature.Timestamp(line.Bytes.Span));
        Assert.True(Witness.Verify(Text, line.Bytes.Span));
        Assert.False(Witness.Verify(Text.Replace("42", "43"), line.Bytes.Span));
        Assert.False(Witness.Verify(Text.Replace("extension", "Extension"), line.Bytes.Span));
        for (var bit = 0; bit < 8 * line.Bytes.Length; bit++)
        {
            var bytes = line.Bytes.ToArray();
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(Witness.Verify(Text, bytes));
        }
        // Nor is it an ordinary signature of the same key, or the reverse.
        Assert.False(VerifierKey.Create(Witness.Name, NoteSignatureType.Ed25519, Key.PublicKey).Verify(Text, line.Bytes.Span));
        Assert.False(Witness.Verify(Text, Key.Sign(Encoding.UTF8.GetBytes(Text))));
    }

    [Fact]
    public void Its_time_is_from_1_to_2_to_the_63_less_1()
    {
        Assert.True(Witness.Verify(Text, Cosignature.Sign(Text, Witness.Name, Key, 1).Bytes.Span));
        Assert.True(Witness.Verify(Text, Cosignature.Sign(Text, Witness.Name, Key, long.MaxValue).Bytes.Span));
        Assert.Throws<ArgumentOutOfRangeException>(() => Cosignature.Sign(Text, Witness.Name, Key, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Cosignature.Sign(Text, Witness.Name, Key, 1UL << 63));
        // Made by someone who does not care: the specification forbids it, so it does not verify.
        byte[] beyond = [0x80, 0, 0, 0, 0, 0, 0, 0, .. Key.Sign(Cosignature.Message(1UL << 63, Text))];
        Assert.False(Witness.Verify(Text, beyond));
    }

    [Fact]
    public void The_message_is_that_of_the_specifications_example()
    {
        var examples = TestData.Json("tlog/c2sp-examples.json").GetProperty("examples").EnumerateArray().ToList();
        var note = SignedNote.Parse(examples.Find(e => e.GetProperty("name").GetString()!.Contains("with one cosignature")).GetProperty("note").GetString()!);
        var message = examples.Find(e => e.TryGetProperty("cosigned_message", out _)).GetProperty("cosigned_message").GetString()!;
        var line = note.Signatures[1];
        Assert.Equal((0x8d66cf3fU, 72), (line.KeyId, line.Bytes.Length));
        Assert.Equal(message, Encoding.UTF8.GetString(Cosignature.Message(Cosignature.Timestamp(line.Bytes.Span), note.Text)));
    }
}
