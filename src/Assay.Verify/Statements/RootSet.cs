using System.Buffers.Binary;
using System.Collections.Immutable;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;

namespace Assay.Verify.Statements;

/// <summary>The keys that may sign a log's events, and how many of them must (docs/spec/receipt.md, Threshold). Two sets are equal if their ids are.</summary>
public sealed class RootSet : IEquatable<RootSet>
{
    public const int MaxKeys = 16;

    /// <param name="keys">1 to 16, none twice, in any order.</param>
    /// <param name="threshold">1 to their number.</param>
    /// <exception cref="MalformedException">Too few or many keys, one twice, or an impossible threshold.</exception>
    public RootSet(IEnumerable<PublicKey> keys, int threshold)
    {
        Keys = [.. keys.OrderBy(k => k.Id.ToHex(), StringComparer.Ordinal)];
        if (Keys.Length is 0 or > MaxKeys || Keys.Distinct().Count() != Keys.Length)
            throw new MalformedException($"{Keys.Length} root keys: expected 1 to {MaxKeys}, none twice");
        if (threshold < 1 || threshold > Keys.Length)
            throw new MalformedException($"a threshold of {threshold}: expected 1 to {Keys.Length}");
        Threshold = threshold;
        Id = ComputeId();
    }

    /// <summary>In ascending order of key id.</summary>
    public ImmutableArray<PublicKey> Keys { get; }

    /// <summary>So many of them must sign an event.</summary>
    public int Threshold { get; }

    /// <summary>Root set id: SHA-256 of <c>"assay/roots/v1\n" || u64be(threshold) ||</c> the key ids in ascending order.</summary>
    public Hash Id { get; }

    /// <summary>One key that signs alone.</summary>
    public static RootSet Of(PublicKey key) => new([key], 1);

    /// <summary>The key of that id, or null.</summary>
    public PublicKey? Find(Hash keyId) => Keys.FirstOrDefault(k => k.Id == keyId);

    /// <summary>Whether every signature of the entry is by a key of this set and verifies, and there are enough. One bad one spoils them all.</summary>
    public bool HaveSigned(OpenEntry entry, SignatureCache? cache = null)
    {
        if (entry.Signatures.Length < Threshold)
            return false;
        var pae = entry.Pae();
        return entry.Signatures.All(s => Find(s.KeyId) is { } key && SignatureCache.Verify(cache, key, pae, s.Bytes.Span));
    }

    internal static RootSet Read(JsonAt keys, JsonAt threshold)
    {
        PublicKey[] listed =
        [
            .. keys.Items(MaxKeys).Select(k => k.Decode(text => PublicKey.FromSubjectPublicKeyInfo(Base64.Read(text)), "a public key")),
        ];
        var atLeast = threshold.Integer();
        if (listed.Length == 0)
            throw keys.Wrong($"1 to {MaxKeys} keys");
        if (atLeast < 1 || atLeast > (ulong)listed.Length)
            throw threshold.Wrong($"1 to {listed.Length}");
        var roots = new RootSet(listed, (int)atLeast);
        return roots.Keys.SequenceEqual(listed) ? roots : throw keys.Wrong("keys in ascending order of their ids");
    }

    public bool Equals(RootSet? other) => other is not null && Id == other.Id;

    public override bool Equals(object? obj) => Equals(obj as RootSet);

    public override int GetHashCode() => Id.GetHashCode();

    /// <summary>For people: the key, or <c>2 of 3 root keys</c>.</summary>
    public override string ToString() => Keys.Length == 1 ? Keys[0].ToString() : $"{Threshold} of {Keys.Length} root keys";

    private Hash ComputeId()
    {
        var sha = Sha256.Start();
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, (ulong)Threshold);
        sha.Add("assay/roots/v1\n"u8);
        sha.Add(number);
        foreach (var key in Keys)
            sha.Add(key.Id.Bytes);
        return sha.Finish();
    }
}
