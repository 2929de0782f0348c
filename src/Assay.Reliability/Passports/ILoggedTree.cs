using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Reliability.Passports;

/// <summary>A whole log at one checkpoint, as a passport is made from it. What it hands out is checked before the passport is written.</summary>
public interface ILoggedTree
{
    string Origin { get; }

    /// <summary>The checkpoint with its signatures.</summary>
    SignedNote Note { get; }

    ulong Size { get; }

    /// <summary>All entries below the size, in order; read anew at each call.</summary>
    IEnumerable<ReadOnlyMemory<byte>> Entries();

    /// <summary>Head of the complete subtree over entries <paramref name="index"/> · 2^<paramref name="height"/> and on.</summary>
    Hash Node(int height, ulong index);
}
