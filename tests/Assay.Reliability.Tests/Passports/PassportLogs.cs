using Assay.Reliability.Passports;
using Assay.Reliability.Tests.Accounts;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Passports;

/// <summary>A log in memory, as a passport is made from it.</summary>
internal sealed class MemoryTree(AuditedLog log) : ILoggedTree
{
    private readonly Hash[] leaves = [.. log.Entries.Select(e => MerkleTree.LeafHash(e))];

    public string Origin => log.Origin;

    public SignedNote Note { get; init; } = new Checkpoint(log.Origin, log.State.Size, log.State.RootAt(log.State.Size)).Sign(log.LogKey);

    public ulong Size => (ulong)leaves.Length;

    public IEnumerable<ReadOnlyMemory<byte>> Entries() => log.Entries.Select(e => (ReadOnlyMemory<byte>)e);

    public Hash Node(int height, ulong index) => MerkleTree.Head(leaves.AsSpan((int)index << height, 1 << height));
}

/// <summary>What is audited, with a folder that logs its steps.</summary>
internal sealed class Folded(Audited audited)
{
    public Audited Audited => audited;

    public AuditedLog Folder { get; init; } = new("keeper.test/log");

    public void Step(ulong seconds = 3600) => Folder.Add(audited.Step(seconds) with { Origin = Folder.Origin });

    /// <summary>The provider logs the index of all that it has logged so far.</summary>
    public EpochEvent Index()
    {
        var index = audited.Provider.State.IndexAt(audited.Provider.State.Size).ToEvent(audited.Provider.Origin);
        audited.Provider.Add(index);
        return index;
    }

    public Passport Passport(Func<ulong, SignedNote?>? noteOf = null) => PassportMaker.Make(
        audited.Fold.State.Account, new MemoryTree(Folder), [new MemoryTree(audited.Provider), .. audited.Auditors.Select(a => new MemoryTree(a))], noteOf);

    public CertificateFile Certificate()
    {
        var tree = new MemoryTree(Folder);
        var leaves = Folder.Entries.Select(e => MerkleTree.LeafHash(e)).ToArray();
        return new CertificateFile(
            audited.Id, Folder.Entries[^1], new TlogProof(null, tree.Size - 1, [.. MerkleTree.InclusionPath(leaves.Length - 1, leaves)], tree.Note), audited.Fold.State.ToBytes());
    }

    /// <summary>Whoever trusts all these logs.</summary>
    public Policy Policy(string more = "quorum none\n")
    {
        var text = string.Concat(new[] { Folder, audited.Provider }.Concat(audited.Auditors).DistinctBy(l => l.Origin).Select(l => $"log {l.State.Genesis!.LogKey}\n")) + more;
        return Verify.Policies.Policy.ForLog("test", audited.Provider.State.Genesis!.LogKey, audited.Provider.State.Genesis.Roots) with
        {
            LogText = text, Log = TlogPolicy.Parse(System.Text.Encoding.UTF8.GetBytes(text)),
        };
    }

    /// <summary>Some epochs of an honest provider, two steps, and another epoch that is not settled.</summary>
    public static Folded Small(int auditors = 2)
    {
        var folded = new Folded(new Audited(auditors));
        folded.Audited.Run(3, 300_000, s => s % 50 == 7 ? 'd' : 'r');
        folded.Step();
        folded.Audited.Run(2, 300_000, _ => 'r');
        folded.Step();
        folded.Audited.Run(1, 300_000, _ => 'r');
        return folded;
    }

    public static byte[] Bytes(Passport passport)
    {
        using var file = new MemoryStream();
        passport.Write(file);
        return file.ToArray();
    }
}
