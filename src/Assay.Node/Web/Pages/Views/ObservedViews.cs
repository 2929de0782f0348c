using System.Collections.Immutable;
using Assay.Audit.Accounts;
using Assay.Node.Web.Pages.Charts;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node.Web.Pages.Views;

/// <summary>One address of an observed account, taken off its state.</summary>
/// <param name="Place">Among the account's segments, which are so many.</param>
/// <param name="Band">Of all failures, no answer being one; null of likelihood.</param>
/// <param name="IsWatched">There is a change detector.</param>
public sealed record ObservedRow(
    Hash Account, string Service, int Place, int Addresses, Hash Address, ulong First, ulong Last, ObservedFigures Figures, Interval? Band, bool IsWatched)
{
    internal static ObservedRow Of(ObservedAccount account, int place)
    {
        var segment = account.State.Segments[place];
        var figures = ObservedFigures.Of(segment);
        return new ObservedRow(
            account.Id, account.Service, place, account.State.Segments.Count, segment.Address, segment.First, segment.Last, figures,
            figures.LogE is null ? Reliability.Statistics.Band.Of(segment.Counts.Counts) : null, segment.Evidence.Batches > 0 || segment.Change.Rate is not null);
    }
}

/// <summary>The accounts of one oracle: kinds are never mixed.</summary>
/// <param name="Rows">Each account's address that was observed last.</param>
/// <param name="All">How many accounts there are, with those that are not shown.</param>
public sealed record ObservedKind(ObservationOracle Oracle, int Observers, ImmutableArray<ObservedRow> Rows, int All);

/// <param name="Left">Entries that were passed over, since there are too many accounts.</param>
public sealed record ObservedListView(ImmutableArray<ObservedKind> Kinds, ulong Left)
{
    private const int Most = 200;

    public static readonly ObservedListView Empty = new([], 0);

    public static ObservedListView Of(AssayNode node) => node.LookAtObserved((accounts, left) => new ObservedListView(
        [
            .. accounts.Values.GroupBy(a => a.Oracle).OrderBy(g => g.Key).Select(kind => new ObservedKind(
                kind.Key, kind.Max(a => a.Observers), [.. kind.OrderBy(a => a.Service, StringComparer.Ordinal).Take(Most).Select(a => ObservedRow.Of(a, Newest(a)))], kind.Count())),
        ], left));

    /// <summary>The place of the segment that was observed last.</summary>
    internal static int Newest(ObservedAccount account) => account.State.Segments.Select((segment, place) => (segment.Last, place)).Max().place;
}

/// <summary>What one observer said of the segment that is shown.</summary>
/// <param name="LogE">Of likelihood, in millionths.</param>
/// <param name="Incidents">Of service: runs of probes without an answer, each once, by whether they ended in time.</param>
public sealed record ObserverRow(string Origin, Hash KeyId, ulong Batches, ObservedCounts Counts, long LogE, Counts Incidents);

/// <summary>An observed account's page: its addresses in a table, one of them drawn.</summary>
public sealed record ObservedPageView(
    Hash Id, string Service, ObservationOracle Oracle, Hash Task, int Observers, ImmutableArray<ObservedRow> Rows, int Addresses, ObservedRow Shown,
    ImmutableArray<ObserverRow> By, Chart? Days, IntervalChart? Bands)
{
    private const int Most = 200;

    /// <returns>Null where the log has no such account, or it has no such segment.</returns>
    public static ObservedPageView? Of(AssayNode node, string id, int? segment) => node.LookAtObserved((accounts, _) =>
    {
        if (ObservedApi.Find(accounts, id) is not { } account || segment < 0 || segment >= account.State.Segments.Count)
            return null;
        var place = segment ?? ObservedListView.Newest(account);
        var (shown, rows) = (account.State.Segments[place], Enumerable.Range(0, Math.Min(account.State.Segments.Count, Most)).Select(i => ObservedRow.Of(account, i)).ToImmutableArray());
        return new ObservedPageView(
            account.Id, account.Service, account.Oracle, account.Task, account.Observers, rows, account.State.Segments.Count,
            place < rows.Length ? rows[place] : ObservedRow.Of(account, place),
            [.. shown.Observers.Take(Most).Select(o => new ObserverRow(o.Origin, o.KeyId, o.Batches, o.Counts, o.LogE, o.Uptime.Repairs))],
            shown.Evidence.Batches > 0 ? ObservedCharts.Evidence(shown) : ObservedCharts.Days(shown),
            shown.Evidence.Batches > 0 ? null : rows.Length > 1 ? ObservedCharts.Addresses(rows) : ObservedCharts.Lanes(shown));
    });
}
