using Assay.Verify.Crypto;

namespace Assay.Verify.Audits;

/// <summary>The hashes by which auditors commit to secrets before an epoch's end (docs/spec/audits.md section 2).</summary>
public static class AuditSeed
{
    public const uint MaxRate = 1_000_000;

    /// <summary>Commitments that one epoch of one key may have: what a draw must account for stays small.</summary>
    public const int MaxPerEpoch = 64;

    /// <summary>SHA-256(<c>"assay/audit-seed/v1\n"</c> || key id || u64be(epoch) || auditor's log key id || secret).</summary>
    /// <param name="secret">32 random bytes.</param>
    public static Hash Commitment(in Hash keyId, ulong epoch, in Hash auditorKeyId, in Hash secret)
    {
        var sha = Sha256.Start();
        sha.Add("assay/audit-seed/v1\n"u8);
        sha.Add(keyId.Bytes);
        sha.Add(epoch);
        sha.Add(auditorKeyId.Bytes);
        sha.Add(secret.Bytes);
        return sha.Finish();
    }

    /// <summary>
    /// What the auditor's log key signs: SHA-256 of <c>"assay/audit-promise/v1\n"</c> and everything that the provider's entry says in
    /// the auditor's name, after that same line. So it can be logged in one log only, and under no other auditor's name or rate.
    /// </summary>
    public static byte[] SignedBytes(string provider, string auditor, in Hash keyId, ulong epoch, uint rate, in Hash commitment)
    {
        var sha = Sha256.Start();
        sha.Add(Domain);
        sha.Add(provider);
        sha.Add(auditor);
        sha.Add(keyId.Bytes);
        sha.Add(epoch);
        sha.Add(rate);
        sha.Add(commitment.Bytes);
        return [.. Domain, .. sha.Finish().Bytes];
    }

    private static ReadOnlySpan<byte> Domain => "assay/audit-promise/v1\n"u8;
}
