using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Verify.Policies;

/// <summary>A witness of a policy. The name means nothing outside the policy.</summary>
/// <param name="Url">Where it takes checkpoints (its submission prefix, c2sp.org/tlog-witness); whoever only verifies needs none.</param>
public sealed record Witness(string Name, VerifierKey Key, string? Url = null);

/// <summary>Members of which at least <paramref name="Threshold"/> must have witnessed a checkpoint for the group to have done so.</summary>
public sealed record WitnessGroup(string Name, int Threshold, ImmutableArray<string> Members);

/// <summary>Which checkpoints are believed: signed by one of these logs, and cosigned by a quorum (c2sp.org/tlog-policy).</summary>
/// <param name="Quorum">A witness, a group, or <see cref="None"/>.</param>
/// <remarks>
/// Names are octet strings in the specification; here each octet is one char (Latin-1), so that two names are equal
/// exactly if their octets are.
/// </remarks>
public sealed record TlogPolicy(
    ImmutableArray<VerifierKey> Logs, ImmutableArray<Witness> Witnesses, ImmutableArray<WitnessGroup> Groups, string Quorum)
{
    public const string None = "none";

    /// <summary>Whether the policy asks for cosignatures at all.</summary>
    public bool AsksForWitnesses => Quorum != None;

    /// <exception cref="MalformedException">Not a policy.</exception>
    public static TlogPolicy Parse(ReadOnlySpan<byte> text) => TlogPolicyParser.Parse(text);

    /// <summary>Whether these witnesses, by the policy's names, are a quorum.</summary>
    public bool IsQuorum(IReadOnlySet<string> witnessed)
    {
        if (!AsksForWitnesses)
            return true;
        // Groups refer only to what stands before them, so one pass in order settles every name.
        var settled = new HashSet<string>(witnessed.Intersect(Witnesses.Select(w => w.Name)), StringComparer.Ordinal);
        foreach (var group in Groups)
            if (group.Members.Count(settled.Contains) >= group.Threshold)
                settled.Add(group.Name);
        return settled.Contains(Quorum);
    }

    /// <summary>The witnesses whose cosignatures on the note verify. Lines by unknown keys are ignored.</summary>
    /// <exception cref="MalformedException">A cosignature of a known witness does not verify: the note is refused.</exception>
    public ImmutableHashSet<string> WitnessesOf(SignedNote note, SignatureCache? cache = null)
    {
        var keys = note.VerifiedBy(Witnesses.Select(w => w.Key), cache);
        return [.. Witnesses.Where(w => keys.Contains(w.Key)).Select(w => w.Name)];
    }
}
