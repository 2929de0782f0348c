using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Verify.Tests.Notes;

public class NoteTests
{
    private static readonly SigningKey LogKey = SigningKey.FromSeed(Sha256.Of([7]).Bytes);

    [Fact]
    public void A_checkpoint_is_signed_parsed_and_verified()
    {
        var note = new Checkpoint("example.test/log", 42, MerkleTree.Empty).Sign(LogKey).ToString();
        var parsed = SignedNote.Parse(note);
        Assert.True(parsed.IsSignedBy(VerifierKey.Create("example.test/log", NoteSignatureType.Ed25519, LogKey.PublicKey)));
        Assert.False(parsed.IsSignedBy(VerifierKey.Create("another.test/log", NoteSignatureType.Ed25519, LogKey.PublicKey)));
        Assert.Equal(42UL, Checkpoint.Parse(parsed.Text).Size);
        Assert.Equal(note, parsed.ToString());
    }

    [Fact]
    public void A_known_key_with_a_bad_signature_refuses_the_whole_note()
    {
        var key = VerifierKey.Create("example.test/log", NoteSignatureType.Ed25519, LogKey.PublicKey);
        var note = new Checkpoint("example.test/log", 42, MerkleTree.Empty).Sign(LogKey).ToString().Replace("\n42\n", "\n43\n");
        Assert.Throws<MalformedException>(() => SignedNote.Parse(note).VerifiedBy([key]));
    }

    [Fact]
    public void Every_line_of_a_known_key_must_verify_and_counts_once()
    {
        var key = VerifierKey.Create("example.test/log", NoteSignatureType.Ed25519, LogKey.PublicKey);
        var note = new Checkpoint("example.test/log", 42, MerkleTree.Empty).Sign(LogKey);
        var good = note.Signatures[0];
        var bad = good with { Bytes = new byte[64] };
        Assert.Equal([key], (note with { Signatures = [good, good] }).VerifiedBy([key]));
        Assert.Throws<MalformedException>(() => (note with { Signatures = [good, bad] }).VerifiedBy([key]));
        Assert.Throws<MalformedException>(() => (note with { Signatures = [bad, good] }).VerifiedBy([key]));
        Assert.Throws<MalformedException>(() => (note with { Signatures = [good, good with { Bytes = good.Bytes[..63] }] }).VerifiedBy([key]));
        // Of another name, or of another key under this name: nobody's that we know.
        Assert.Equal([key], (note with { Signatures = [good, bad with { Name = "x" }, bad with { KeyId = 7 }] }).VerifiedBy([key]));
    }

    [Theory]
    [InlineData("o\n042\nAAAA\n")]
    [InlineData("o\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n")]
    [InlineData("o\n18446744073709551616\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    public void A_text_that_is_no_checkpoint_is_refused(string text) =>
        Assert.Throws<MalformedException>(() => Checkpoint.Parse(text));

    [Fact]
    public void A_promise_comes_back_and_is_never_a_checkpoint()
    {
        var promise = new Promise("example.test/log", 10, 3, MerkleTree.Empty, 1_800_000_000);
        Assert.Equal(promise, Promise.Parse(promise.ToText()));
        Assert.Throws<MalformedException>(() => Checkpoint.Parse(promise.ToText()));
        Assert.Throws<MalformedException>(() => Promise.Parse(new Checkpoint("o", 1, MerkleTree.Empty).ToText()));
    }
}
