using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Verify.Audits;

/// <summary>What shows that an auditor ran what it judged (docs/spec/audits.md section 4, Work).</summary>
public static class AuditWork
{
    /// <summary>
    /// SHA-256(<c>"assay/audit-work/v1\n"</c> || auditor's log key id || draw's seed || u64be(sequence) || trace): another auditor's run
    /// of the same record gives the same trace and another value.
    /// </summary>
    /// <param name="trace">Digest of what only a run of the record yields.</param>
    public static Hash Leaf(in Hash auditorKeyId, in Hash drawSeed, ulong sequence, in Hash trace)
    {
        var sha = Sha256.Start();
        sha.Add("assay/audit-work/v1\n"u8);
        sha.Add(auditorKeyId.Bytes);
        sha.Add(drawSeed.Bytes);
        sha.Add(sequence);
        sha.Add(trace.Bytes);
        return sha.Finish();
    }

    /// <summary>The RFC 6962 head over the values of one entry's <c>r</c> and <c>d</c>, in the order of its letters.</summary>
    public static Hash Root(ReadOnlySpan<Hash> leaves)
    {
        var tree = new Frontier();
        foreach (ref readonly var leaf in leaves)
            tree.Append(MerkleTree.LeafHash(leaf.Bytes));
        return tree.Head();
    }
}
