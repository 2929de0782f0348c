using System.Collections.Immutable;
using Assay.Audit.Accounts;
using Assay.Node.Web.Pages.Charts;
using Assay.Reliability.Accounts;
using Assay.Store.Accounts;
using Assay.Verify.Crypto;

namespace Assay.Node.Web.Pages.Views;

/// <summary>One segment of some account, for tables that put providers side by side.</summary>
/// <param name="Name">Of its model; empty where the provider's log does not say.</param>
/// <param name="Expected">The failure rate expected next; null before an epoch is settled.</param>
public sealed record SegmentRow(KeptAccount Account, int Place, SegmentState Segment, AccountFigures Figures, string Name, uint? Expected)
{
    public static IEnumerable<SegmentRow> Of(AccountView view) =>
        view.State.Segments.Select((segment, place) => new SegmentRow(view.Account, place, segment, view.Figures[place], view.Names[place], view.Newest[place]?.Next));
}

/// <summary>The list of accounts.</summary>
/// <param name="Model">Of this model only; empty for all.</param>
/// <param name="Rows">The newest segment of each account, or those of the model.</param>
/// <param name="Problems">What the last update could not read.</param>
/// <param name="Observed">What this node's own log says of endpoints that sign nothing; not where a model is asked for, which an address does not tell.</param>
public sealed record AccountsListView(string Model, ImmutableArray<SegmentRow> Rows, ImmutableArray<string> Problems, bool More, ObservedListView Observed)
{
    private const int Most = 200;

    public static AccountsListView Of(AssayNode node, string model)
    {
        var rows = node.Accounts.Vault is not { } vault ? []
            : model.Length > 0 ? RowsOf(vault, model)
            : AccountView.Find(vault, "", "").Where(v => v.State.Segments.Count > 0).Select(v => SegmentRow.Of(v).Last());
        // Accounts are read as they are asked for: no more than are shown, and one.
        ImmutableArray<SegmentRow> read = [.. rows.Take(Most + 1)];
        return new AccountsListView(model, [.. read.Take(Most)], [.. node.Accounts.Last.SelectMany(u => u.Problems).Distinct()], read.Length > Most, model.Length > 0 ? ObservedListView.Empty : ObservedListView.Of(node));
    }

    /// <summary>The segments of all accounts that run a model, by its digest or name.</summary>
    public static IEnumerable<SegmentRow> RowsOf(AccountVault vault, string model) =>
        AccountView.Find(vault, model, "").SelectMany(SegmentRow.Of)
            .Where(r => r.Segment.Model.ToHex() == model || r.Name == model || r.Name.StartsWith(model + "@", StringComparison.Ordinal));
}

/// <summary>An account's page: all segments in a table, one of them drawn.</summary>
/// <param name="Shown">The place of the segment that is drawn; -1 where there is none.</param>
/// <param name="Cover">What the market of this node says of the segment that is drawn; null where it has none, or never looked at it.</param>
/// <param name="First">When each segment's first epoch was settled, in Unix seconds; 0 before it was.</param>
public sealed record AccountPageView(AccountView View, int Shown, Chart? Rate, Chart? Change, Chart? Forecast, IntervalChart? Lanes, ImmutableArray<ulong> First, ImmutableArray<string> Problems, CoverOfSegment? Cover)
{
    /// <returns>Null where no such account is kept, or it has no such segment.</returns>
    public static AccountPageView? Of(AssayNode node, string id, int? segment)
    {
        if (AccountsApi.Find(node, id) is not { } view || segment < 0 || segment >= view.State.Segments.Count)
            return null;
        var (vault, shown) = (node.Accounts.Vault!, segment ?? view.State.Segments.Count - 1);
        ImmutableArray<string> problems = [.. node.Accounts.Last.Where(u => u.Id == view.Account.Id).SelectMany(u => u.Problems)];
        var history = shown < 0 ? [] : vault.Thinned(view.Account.Id, shown, SegmentCharts.Points);
        ImmutableArray<ulong> first = [.. view.State.Segments.Select((_, place) => vault.FirstOf(view.Account.Id, place)?.Time ?? 0)];
        var cover = shown >= 0 && node.Market.IsOpen ? node.Market.Look(market => CoverViews.Of(market.State, view.Account.Id, shown, CoverViews.Thresholds.Length)) : null;
        return history.Count < 2
            ? new AccountPageView(view, shown, null, null, null, null, first, problems, cover)
            : new AccountPageView(
                view, shown, SegmentCharts.Rate(history), SegmentCharts.Change(history, vault.Alarmed(view.Account.Id, shown, 12)), SegmentCharts.Forecast(history),
                SegmentCharts.Lanes(view.Figures[shown]), first, problems, cover);
    }
}

/// <summary>A provider's page: what all its accounts here say.</summary>
/// <param name="Days">90 days up to the newest step, oldest first.</param>
/// <param name="Rate">Of the newest segment that has a history.</param>
public sealed record ProviderView(string Origin, string Name, ImmutableArray<AccountView> Accounts, ImmutableArray<DayView> Days, Chart? Rate, string RateOf, ImmutableArray<Happening> Happenings)
{
    public const int DaysShown = 90;

    /// <returns>Null where no account of such a provider is kept.</returns>
    public static ProviderView? Of(AssayNode node, string origin)
    {
        if (node.Accounts.Vault is not { } vault || AccountView.Find(vault, "", origin).Where(v => v.Account.Origin == origin).ToImmutableArray() is not { Length: > 0 } views)
            return null;
        var today = (long)(views.Max(v => v.Account.Time) / 86_400);
        var settled = views.SelectMany(v => vault.Days(v.Account.Id, (ulong)Math.Max(0, today - DaysShown + 1) * 86_400)).GroupBy(d => d.Day)
            .ToDictionary(g => g.Key, g => g.Aggregate((a, b) => new DaySettled(a.Day, a.Epochs + b.Epochs, a.Passes + b.Passes, a.Failures + b.Failures, a.Alarms + b.Alarms)));
        var drawn = views.SelectMany(v => SegmentRow.Of(v)).Where(r => r.Segment.Epochs > 1).OrderBy(r => r.Account.Time).ThenBy(r => r.Place).LastOrDefault();
        return new ProviderView(
            origin, views[0].Account.Provider, views, [.. Enumerable.Range(0, DaysShown).Select(i => today - DaysShown + 1 + i).Select(day => new DayView(day, settled.GetValueOrDefault(day)))],
            drawn is null ? null : SegmentCharts.Rate(vault.Thinned(drawn.Account.Id, drawn.Place, SegmentCharts.Points)), drawn is null ? "" : Named(drawn.Name, drawn.Segment.Model),
            [.. views.SelectMany(v => HappeningsOf(vault, v)).OrderByDescending(h => h.Time).Take(40)]);
    }

    public static string Named(string name, Hash model) => name.Length > 0 ? name : Show.Short(model);

    private static IEnumerable<Happening> HappeningsOf(AccountVault vault, AccountView view)
    {
        for (var place = 0; place < view.State.Segments.Count; place++)
        {
            var name = Named(view.Names[place], view.State.Segments[place].Model);
            if (vault.FirstOf(view.Account.Id, place) is { } first)
                yield return new Happening(first.Time, "segment begins", $"{name}, region {view.State.Segments[place].Region}: its counts start from nothing");
            foreach (var alarm in vault.Alarmed(view.Account.Id, place, 10))
                yield return new Happening(alarm.Time, "alarm", $"{name}: the failure rate has risen, at about {AccountWords.Number(alarm.Passes + alarm.Failures)} verdicts");
        }
    }
}

/// <param name="Day">Since 1970-01-01.</param>
public readonly record struct DayView(long Day, DaySettled Settled)
{
    public string Date => DateTimeOffset.FromUnixTimeSeconds(Day * 86_400).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The day in a word.</summary>
    public string Word => Settled switch
    {
        { Alarms: > 0 } => "alarm",
        { Failures: > 0 } => "failures",
        { Passes: > 0 } => "passed",
        { Epochs: > 0 } => "not judged",
        _ => "nothing settled",
    };
}

/// <summary>Something that stands out in a provider's history.</summary>
/// <param name="Time">Unix seconds of the step that found it.</param>
public sealed record Happening(ulong Time, string Kind, string Words);
