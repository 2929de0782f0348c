using System.Buffers.Binary;
using Assay.Verify.Crypto;

namespace Assay.Verify.Audits;

/// <summary>Digest of what only a run of a record yields (docs/spec/audits.md section 4, Trace): SHA-256(<c>"assay/audit-trace/v1\n"</c> || u64be(items) || item*).</summary>
public static class AuditTrace
{
    /// <summary>Of a record that is seen to diverge without a run.</summary>
    public static readonly Hash None = OfValues([]);

    /// <summary>Of a record of tensors.</summary>
    /// <param name="values">Digests of values (docs/spec/tensors.md, Digest of a trace).</param>
    public static Hash OfValues(ReadOnlySpan<Hash> values)
    {
        var sha = Start(values.Length);
        foreach (ref readonly var value in values)
            sha.Add(value.Bytes);
        return sha.Finish();
    }

    /// <summary>Of a record of tokens.</summary>
    /// <param name="logits">Of each token, choice after choice: what the model gave for it, before any parameter of the request; not a number where the vocabulary lacks it.</param>
    public static Hash OfLogits(IReadOnlyList<float> logits)
    {
        var sha = Start(logits.Count);
        Span<byte> item = stackalloc byte[4];
        foreach (var logit in logits)
        {
            BinaryPrimitives.WriteUInt32BigEndian(item, float.IsNaN(logit) ? 0x7FC00000 : BitConverter.SingleToUInt32Bits(logit));
            sha.Add(item);
        }
        return sha.Finish();
    }

    private static Sha256 Start(int items)
    {
        var sha = Sha256.Start();
        sha.Add("assay/audit-trace/v1\n"u8);
        sha.Add((ulong)items);
        return sha;
    }
}
