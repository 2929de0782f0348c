using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Assay.Verify.Crypto;

/// <summary>SHA-256 (FIPS 180-4) through libcrypto's block functions.</summary>
public struct Sha256
{
    // Above this, a call may run long enough that the garbage collector should not have to wait for it.
    private const int LongInput = 4096;

    private LibCrypto.Sha256Context context;

    public static Sha256 Start()
    {
        var sha = default(Sha256);
        _ = LibCrypto.SHA256_Init(ref sha.context);
        return sha;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        ref readonly var data = ref MemoryMarshal.GetReference(bytes);
        _ = bytes.Length <= LongInput
            ? LibCrypto.SHA256_Update(ref context, in data, bytes.Length)
            : LibCrypto.SHA256_Update_Long(ref context, in data, bytes.Length);
    }

    /// <summary>Adds <c>u64be(number)</c>.</summary>
    public void Add(ulong number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        Add(bytes);
    }

    /// <summary>Adds <c>u64be(length) || the text in UTF-8</c>.</summary>
    public void Add(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Add((ulong)bytes.Length);
        Add(bytes);
    }

    /// <summary>The digest of all that was added. The state is spent afterwards.</summary>
    public Hash Finish()
    {
        Hash hash = default;
        _ = LibCrypto.SHA256_Final(ref MemoryMarshal.GetReference((Span<byte>)hash), ref context);
        return hash;
    }

    public static Hash Of(ReadOnlySpan<byte> bytes)
    {
        var sha = Start();
        sha.Add(bytes);
        return sha.Finish();
    }
}
