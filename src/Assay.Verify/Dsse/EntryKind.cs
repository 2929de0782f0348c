namespace Assay.Verify.Dsse;

/// <summary>The two kinds of log entry (docs/spec/receipt.md, Log entries).</summary>
public enum EntryKind
{
    /// <summary>A receipt's: hashes and a signature (<see cref="SealedEntry"/>).</summary>
    Sealed,

    /// <summary>A whole signed statement (<see cref="OpenEntry"/>).</summary>
    Open,
}
