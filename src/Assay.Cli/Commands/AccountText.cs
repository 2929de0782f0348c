using Assay.Audit.Accounts;
using Assay.Reliability.Accounts;
using static Assay.Verify.Json.StrictJson;

namespace Assay.Cli.Commands;

/// <summary>An account as lines of text.</summary>
internal static class AccountText
{
    public static void PrintList(IEnumerable<AccountView> views)
    {
        foreach (var view in views)
        {
            Console.WriteLine($"{view.Account.Id.ToHex()[..16]}  {Shown(view.Account.Service)} of {Shown(view.Account.Provider)} ({Shown(view.Account.Origin)}), {view.Account.Oracle}, folded {Time(view.Account.Time)}");
            for (var place = 0; place < view.State.Segments.Count; place++)
                Console.WriteLine($"  {NameOf(view, place)}: {Headline(view.Figures[place])}");
        }
    }

    public static void Print(AccountView view)
    {
        var (account, state) = (view.Account, view.State);
        Console.WriteLine($"account   {account.Id.ToHex()}");
        Console.WriteLine($"provider  {Shown(account.Provider)} ({Shown(account.Origin)}), roots {account.Roots.ToHex()}");
        Console.WriteLine($"service   {Shown(account.Service)}, oracle {account.Oracle}");
        Console.WriteLine($"folded    {Time(account.Time)}, step {account.Steps}, valid until {Time(account.Time + AccountCertificate.LifeSeconds)}, state {state.Digest().ToHex()}");
        foreach (var log in state.Logs)
            Console.WriteLine($"  {Shown(log.Origin)}: {log.Size} entries");
        if (state.Waiting is { } waiting)
            Console.WriteLine($"  {waiting.Epochs} epochs wait for their auditors, the first since {Time(waiting.Since)}");
        for (var place = 0; place < state.Segments.Count; place++)
            PrintSegment(view, place);
        foreach (var auditor in state.Auditors)
            PrintAuditor(auditor);
        Console.WriteLine();
        Console.WriteLine(AccountWords.NotPromised);
    }

    private static void PrintSegment(AccountView view, int place)
    {
        var (segment, figures) = (view.State.Segments[place], view.Figures[place]);
        Console.WriteLine();
        Console.WriteLine($"segment {place + 1}: {NameOf(view, place)}, {Shown(segment.Profile)}, region {Shown(segment.Region)}");
        Console.WriteLine($"  proven          {AccountWords.Proven(figures.Life)}");
        Console.WriteLine($"  last 32 epochs  {AccountWords.Proven(figures.Trailing)}");
        if (figures.Epoch is { } epoch)
            Console.WriteLine($"  last epoch      {AccountWords.Percent(epoch.Lower)} to {AccountWords.Percent(epoch.Upper)} of its {segment.Trailing[^1].Records} records fail ({segment.Trailing[^1].Judged.AtWorst.Total} drawn and judged)");
        Console.WriteLine($"  canaries        {AccountWords.Proven(figures.Canary)}");
        if (view.Newest[place] is { } newest)
            Console.WriteLine($"  expected next   {AccountWords.Percent(newest.Next)} fail (before: {newest.ExpectedFailures / 1000.0:0.###} expected and {newest.Failures} seen in n = {newest.Passes + newest.Failures})");
        Console.WriteLine($"  change          {Change(segment, figures)}");
        if (figures.Faults > 0)
            Console.WriteLine($"  faults          {figures.Faults} proved outside the sample");
        Console.WriteLine($"  epochs          {segment.Epochs} settled, {segment.EpochsWithoutDraw} of them without a draw; {segment.Records} records; {segment.Disputed} disputed; letters {Letters(segment.Traffic)}");
        if (figures.Life.Judged is { Failures: 0, Total: > 0 })
            Console.WriteLine($"  {AccountWords.Perfect(figures.Life)}");
    }

    private static void PrintAuditor(AuditorTally auditor)
    {
        Console.WriteLine();
        Console.WriteLine($"auditor {Shown(auditor.Origin)}{(auditor.SelfSampled ? " (shares a key with the provider: self-sampled, counts nowhere)" : "")}");
        Console.WriteLine($"  {auditor.Commitments} commitments, {auditor.Draws} draws ({auditor.RefusedDraws} more did not count), {auditor.MissingSeeds} secrets missing, {auditor.Unfinished} left unjudged, {auditor.Late} late, {auditor.Contradicted} contradicted, {auditor.Refusals} refusals by the provider");
        Console.WriteLine($"  letters of traffic {Letters(auditor.Traffic)}; of canaries {Letters(auditor.Canary)}");
    }

    private static string Letters(LetterCounts letters) => string.Join(' ', letters.ByLetter().Select(l => $"{l.Letter}{l.Count}"));

    private static string Change(SegmentState segment, AccountFigures figures) =>
        figures.Alarmed ? $"ALARMED at verdict {segment.Change.LastAlarm!.Value.Verdict}: the failure rate has risen"
        : segment.Change.Value is { } value ? $"evidence {(ulong)(value >> 64)} of 10000 for a rise above {AccountWords.Percent(segment.Change.Rate!.Value)}; {segment.Change.Alarms} alarms so far"
        : $"no detector: {AccountWords.Insufficient} for its baseline, or a baseline that fits none";

    private static string Headline(AccountFigures figures) =>
        AccountWords.Proven(figures.Life) + (figures.Alarmed ? ", ALARMED" : "") + (figures.Faults > 0 ? $", {figures.Faults} faults" : "");

    private static string NameOf(AccountView view, int place) =>
        view.Names[place] is { Length: > 0 } name ? Shown(name) : view.State.Segments[place].Model.ToHex()[..16];

    private static string Time(ulong seconds) => DateTimeOffset.FromUnixTimeSeconds((long)seconds).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", System.Globalization.CultureInfo.InvariantCulture);
}
