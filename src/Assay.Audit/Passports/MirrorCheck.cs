using Assay.Reliability.Passports;
using Assay.Verify;
using Assay.Verify.Notes;

namespace Assay.Audit.Passports;

/// <summary>Holds a passport against whole logs (docs/spec/passports.md section 4): what it shows must stand in them, and they must give the same account.</summary>
public static class MirrorCheck
{
    /// <param name="report">Of a passport that was recomputed from its file.</param>
    /// <param name="mirrors">Whole logs; those that are none of the passport's are not looked at.</param>
    /// <returns>The report with what else differs. Where all its logs are here, they are complete.</returns>
    public static PassportReport Check(PassportReport report, IReadOnlyList<LoggedTree> mirrors)
    {
        if (report is not { Status: PassportStatus.Recomputed, Passport: { } passport })
            return report;
        var differences = new List<PassportDifference>();
        var views = new List<LoggedTree>();
        foreach (var (at, log) in passport.Logs.Index())
            if (mirrors.FirstOrDefault(m => m.Origin == log.Origin) is { } mirror && View(mirror, log.Note, $"logs[{at}]", differences) is { } view)
                views.Add(view);
        if (differences.Count == 0 && views.Count == passport.Logs.Length)
            Remake(passport, views, differences);
        if (differences.Count > 0)
            return report with { Status = PassportStatus.Differs, Differences = [.. differences] };
        return views.Count == passport.Logs.Length
            ? report with { Logs = [.. report.Logs.Select(l => l with { Completeness = LogCompleteness.Whole, UpTo = l.Size })] }
            : report;
    }

    private static LoggedTree? View(LoggedTree mirror, SignedNote note, string where, List<PassportDifference> differences)
    {
        var head = Checkpoint.Parse(note.Text);
        if (mirror.Size < head.Size)
            differences.Add(new PassportDifference(where, $"the log has only {mirror.Size} entries here, the passport's note is of {head.Size}"));
        else if (mirror.RootAt(head.Size) != head.Root)
            differences.Add(new PassportDifference(where, $"the first {head.Size} entries of the log have another root here: split view, or another log"));
        else
            return mirror.At(note);
        return null;
    }

    private static void Remake(Passport passport, List<LoggedTree> views, List<PassportDifference> differences)
    {
        try
        {
            var made = PassportMaker.Make(passport.Account.Digest(), views[0], views[1..]);
            if (made.Step != passport.Step)
                differences.Add(new PassportDifference("step", $"the folder's log has {made.Step + 1} steps below the note's size, the passport {passport.Step + 1}"));
            else if (!made.Segments.SequenceEqual(passport.Segments))
                differences.Add(new PassportDifference("segments", "the logs give other figures"));
        }
        catch (MalformedException e)
        {
            differences.Add(new PassportDifference("logs", $"from the whole logs: {e.Message}"));
        }
    }
}
