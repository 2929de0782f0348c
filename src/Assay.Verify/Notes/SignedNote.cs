using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Codecs;

namespace Assay.Verify.Notes;

/// <summary>One line below a note: who says to have signed, and the bytes.</summary>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Bytes)
{
    internal const string LineStart = "\u2014 ";

    /// <summary>The line as it stands below a note, with its newline.</summary>
    public string ToLine()
    {
        var bytes = new byte[4 + Bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Bytes.Span.CopyTo(bytes.AsSpan(4));
        return $"{LineStart}{Name} {Base64.Write(bytes)}\n";
    }
}

/// <summary>Text with signatures below it (c2sp.org/signed-note).</summary>
/// <param name="Text">With its final newline, without the blank line that follows.</param>
public sealed record SignedNote(string Text, ImmutableArray<NoteSignature> Signatures)
{
    public const int MaxSize = 1_000_000;
    public const int MaxSignatures = 100;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="text">Ends with a newline.</param>
    public static SignedNote Sign(string text, string name, SigningKey key)
    {
        if (!text.EndsWith('\n'))
            throw new ArgumentException("the text of a note ends with a newline", nameof(text));
        var id = VerifierKey.Create(name, NoteSignatureType.Ed25519, key.PublicKey).Id;
        return new SignedNote(text, [new NoteSignature(name, id, key.Sign(Encoding.UTF8.GetBytes(text)))]);
    }

    /// <exception cref="MalformedException">Not a signed note. Nothing is said yet of who signed it.</exception>
    public static SignedNote Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxSize)
            throw new MalformedException($"a note of {bytes.Length} bytes, above {MaxSize}");
        try
        {
            return Parse(Utf8.GetString(bytes));
        }
        catch (DecoderFallbackException e)
        {
            throw new MalformedException("a note that is not UTF-8", e);
        }
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static SignedNote Parse(string note)
    {
        if (note.Length > MaxSize)
            throw new MalformedException($"a note of {note.Length} characters, above {MaxSize}");
        foreach (var c in note)
            if (c < ' ' && c != '\n')
                throw new MalformedException("a note with a control character");
        var end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || !note.EndsWith('\n'))
            throw new MalformedException("a note without a blank line before its signatures, or without a final newline");
        var lines = note[(end + 2)..].Split('\n')[..^1];
        if (lines.Length is 0 or > MaxSignatures)
            throw new MalformedException($"a note with {lines.Length} signatures, not 1 to {MaxSignatures}");
        return new SignedNote(note[..(end + 1)], [.. lines.Select(ParseLine)]);
    }

    /// <summary>Whether two lines name the same key, be they equal or not.</summary>
    public bool RepeatsAKey => Signatures.DistinctBy(s => (s.Name, s.KeyId)).Count() < Signatures.Length;

    private static NoteSignature ParseLine(string line)
    {
        if (!line.StartsWith(NoteSignature.LineStart, StringComparison.Ordinal) || line[NoteSignature.LineStart.Length..].Split(' ') is not [var name, var encoded])
            throw new MalformedException("a signature line that is not '\u2014 name base64'");
        var bytes = Base64.Read(encoded);
        if (!VerifierKey.IsKeyName(name) || bytes.Length < 5)
            throw new MalformedException("a signature line with an impossible name or too few bytes");
        return new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(4));
    }

    /// <summary>The known keys whose signatures verify, each once; lines of unknown keys are ignored.</summary>
    /// <exception cref="MalformedException">
    /// A line of a known key does not verify, be it beside one that does: the whole note is refused. Or a key that signed is listed twice.
    /// </exception>
    public ImmutableArray<VerifierKey> VerifiedBy(IEnumerable<VerifierKey> known, SignatureCache? cache = null)
    {
        var verified = ImmutableArray.CreateBuilder<VerifierKey>();
        foreach (var key in known)
        {
            var lines = LinesOf(key).ToArray();
            if (lines.Length == 0)
                continue;
            if (verified.Contains(key))
                throw new MalformedException($"the key '{key.Name}' is listed twice: it could be counted twice");
            if (!lines.All(line => key.Verify(Text, line.Bytes.Span, cache)))
                throw new MalformedException($"the signature of '{key.Name}' does not verify");
            verified.Add(key);
        }
        return verified.ToImmutable();
    }

    public bool IsSignedBy(VerifierKey key, SignatureCache? cache = null) => VerifiedBy([key], cache).Length == 1;

    /// <summary>The lines of one key, verified or not.</summary>
    public IEnumerable<NoteSignature> LinesOf(VerifierKey key) => Signatures.Where(s => s.KeyId == key.Id && s.Name == key.Name);

    public override string ToString()
    {
        var text = new StringBuilder(Text).Append('\n');
        foreach (var line in Signatures)
            text.Append(line.ToLine());
        return text.ToString();
    }
}
