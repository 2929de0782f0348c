using Assay.Verify.Notes;

namespace Assay.Log.Monitoring;

/// <summary>Something that is wrong with a log.</summary>
/// <param name="Kind">A kind of fault file, or <see cref="Unreachable"/>, <c>unreadable</c>, <c>unsigned</c>, <c>went-back</c>, <c>fork</c>, <c>meaning</c>, <c>overdue</c>: what this monitor has seen and cannot show to others.</param>
/// <param name="File">The fault file that proves it to anyone, or null.</param>
public sealed record MonitorFinding(string Kind, string Detail, string? File = null)
{
    /// <summary>The log did not answer: for now nothing is known, and nothing is held against it.</summary>
    public const string Unreachable = "unreachable";
}

/// <summary>What one look at a log gave.</summary>
/// <param name="Checkpoint">What the log shows, or null where it shows none that it signed.</param>
/// <param name="Entries">How many entries are new and were read.</param>
/// <param name="Cosigned">How many witnesses of the policy have cosigned it.</param>
/// <param name="Findings">All that is wrong, what was found before and is still so included.</param>
/// <param name="PromisesKept">Of those that were to be watched, how many the log has kept.</param>
/// <param name="PromisesOpen">How many are not due yet.</param>
/// <param name="IndexNotes">Files of index notes that were signed in this look.</param>
public sealed record MonitorReport(
    Checkpoint? Checkpoint, ulong Entries, int Cosigned, IReadOnlyList<MonitorFinding> Findings, int PromisesKept, int PromisesOpen, IReadOnlyList<string> IndexNotes)
{
    /// <summary>Whether a quorum of the policy's witnesses has cosigned the checkpoint; of a policy without witnesses, whether there is one.</summary>
    public bool HasQuorum { get; init; }
}
