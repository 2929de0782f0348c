using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Verify.Logs;

/// <summary>Where the journals of a log stand (docs/spec/market.md section 1): each entry follows on the last of its journal. What its events mean is not looked at.</summary>
internal sealed class JournalLedger
{
    private readonly Dictionary<string, JournalEnd> journals = new(StringComparer.Ordinal);

    /// <summary>Where a journal stands, or null where the log holds nothing of it.</summary>
    public JournalEnd? EndOf(string journal) => journals.TryGetValue(journal, out var end) ? end : null;

    /// <param name="leftOut">So many entries of the log were not shown: as many of the journal may be missing.</param>
    /// <exception cref="MalformedException">It does not follow on the last entry of its journal.</exception>
    public void Check(LogEvent step, ulong leftOut)
    {
        if (step is not JournalEvent entry)
            return;
        var last = EndOf(entry.Journal);
        var next = last is { } end ? end.Number + 1 : 0;
        if (entry.Number < next || entry.Number - next > leftOut)
            throw new MalformedException($"entry {entry.Number} of the journal {StrictJson.Shown(entry.Journal)} where {next} comes next");
        if ((entry.Number == next && entry.Previous != (last?.State ?? default)) || entry.Time < (last?.Time ?? 0))
            throw new MalformedException($"an entry of the journal {StrictJson.Shown(entry.Journal)} that does not begin where the one before ended");
    }

    public void Apply(LogEvent step)
    {
        if (step is JournalEvent entry)
            journals[entry.Journal] = new JournalEnd(entry.Number, entry.Time, entry.State);
    }
}
