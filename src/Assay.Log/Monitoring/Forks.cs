using Assay.Verify.Faults;
using Assay.Verify.Notes;

namespace Assay.Log.Monitoring;

/// <summary>Two trees of one log that are no prefixes of each other: where they part, and how anyone can be shown.</summary>
internal static class Forks
{
    /// <summary>The fault that two signed checkpoints show, or null where one tree is a prefix of the other.</summary>
    /// <param name="first">A reader at the one, with the note as it was signed.</param>
    public static Fault? Between(LogReader first, SignedNote firstNote, LogReader second, SignedNote secondNote)
    {
        var (a, b) = (first.Checkpoint, second.Checkpoint);
        var common = Math.Min(a.Size, b.Size);
        if (first.RootAt(common) == second.RootAt(common))
            return null;
        if (a.Size == b.Size)
            return new TwoRoots(firstNote, secondNote);
        // The least size at which the roots differ is one above the first entry that does.
        var (same, differs) = (0UL, common);
        while (differs - same > 1)
        {
            var middle = same + (differs - same) / 2;
            if (first.RootAt(middle) == second.RootAt(middle))
                same = middle;
            else
                differs = middle;
        }
        return new TwoLeaves(same, Claim(first, firstNote, same), Claim(second, secondNote, same));
    }

    /// <summary>The log's word for the leaf at an index of this reader's tree.</summary>
    public static LoggedLeaf Claim(LogReader reader, SignedNote note, ulong index) =>
        new(new TlogProof(null, index, [.. reader.InclusionProof(index, reader.Checkpoint.Size)], note), reader.LeafHash(index));
}
