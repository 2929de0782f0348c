namespace Assay.Audit.Auditing;

/// <summary>What a pass over one provider did, and what it left for later.</summary>
public sealed class AuditNews
{
    private readonly List<string> notes = [];

    /// <summary>Whether its log could be read and acted upon.</summary>
    public bool IsFollowed { get; internal set; }

    public int Commitments { get; internal set; }

    public int Refusals { get; internal set; }

    public int Draws { get; internal set; }

    /// <summary>Records that were opened in this pass.</summary>
    public int Opened { get; internal set; }

    /// <summary>One line each: what could not be done, and why.</summary>
    public IReadOnlyList<string> Notes => notes;

    internal void Note(string line)
    {
        if (!notes.Contains(line, StringComparer.Ordinal))
            notes.Add(line);
    }
}
