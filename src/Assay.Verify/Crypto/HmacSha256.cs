namespace Assay.Verify.Crypto;

/// <summary>HMAC-SHA-256 (RFC 2104), piece by piece, on <see cref="Sha256"/>: without the allocations that cost the base library more than hashing a short message.</summary>
public struct HmacSha256
{
    private const int BlockSize = 64;

    private Sha256 inner;
    private Sha256 outer;

    /// <param name="key">Of any length; above 64 bytes its hash is the key.</param>
    public static HmacSha256 Start(ReadOnlySpan<byte> key)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        if (key.Length > BlockSize)
            Sha256.Of(key).Bytes.CopyTo(block);
        else
            key.CopyTo(block);
        var mac = new HmacSha256 { inner = Sha256.Start(), outer = Sha256.Start() };
        foreach (ref var b in block)
            b ^= 0x36;
        mac.inner.Add(block);
        foreach (ref var b in block)
            b ^= 0x36 ^ 0x5c;
        mac.outer.Add(block);
        block.Clear();
        return mac;
    }

    public void Add(ReadOnlySpan<byte> bytes) => inner.Add(bytes);

    /// <summary>The tag of all that was added. The state is spent afterwards.</summary>
    public Hash Finish()
    {
        outer.Add(inner.Finish().Bytes);
        return outer.Finish();
    }
}
