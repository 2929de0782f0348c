using System.Buffers.Binary;
using Assay.Proofs.Hashing;
using Assay.Proofs.Models;

namespace Assay.Proofs.Files;

/// <summary>What a proof file begins with (docs/spec/proofs.md section 8): magic, version, flags, digest of the parameters, model id.</summary>
public static class ProofHeader
{
    public const ushort Version = 1;

    /// <summary>Bytes of it.</summary>
    public const int Size = 4 + 2 + 2 + (2 * Blake3.Size);

    internal static ReadOnlySpan<byte> Magic => "ASYP"u8;

    /// <summary>Bit 0 of the flags is kept for proofs that hide what they rest on; nobody makes them, and any bit is refused.</summary>
    public const ushort Flags = 0;

    /// <summary>The header of a model's proofs.</summary>
    public static byte[] Of(ProofParameters parameters, ReadOnlySpan<byte> modelId) => [.. Magic, .. Begin(parameters), .. modelId];

    /// <summary>Version, flags and the digest of the parameters: what a transcript begins with.</summary>
    internal static byte[] Begin(ProofParameters parameters)
    {
        var bytes = new byte[4 + Blake3.Size];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), Flags);
        Digest(parameters).CopyTo(bytes, 4);
        return bytes;
    }

    // The field, its extension and the hash are the version's; nothing is hidden, so the last figure is 0.
    private static byte[] Digest(ProofParameters parameters)
    {
        var numbers = new byte[20];
        int[] figures = [parameters.LogColumns, parameters.LogInverseRate, parameters.Queries, parameters.LogRange, 0];
        for (var i = 0; i < figures.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(numbers.AsSpan(4 * i), figures[i]);
        var hash = Blake3.StartDerivingKey("assay.proofs/1 parameters"u8);
        hash.Add(numbers);
        return hash.Finish();
    }
}
