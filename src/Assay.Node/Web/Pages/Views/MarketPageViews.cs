using System.Collections.Immutable;
using Assay.Market.Cover;
using Assay.Node.Web.Pages.Charts;
using Assay.Verify.Reports;

namespace Assay.Node.Web.Pages.Views;

/// <summary>The market's front page.</summary>
/// <param name="Broken">From which entry of the journal on nothing counts, and why; null where all does.</param>
/// <param name="Open">What stands open, a table for each kind.</param>
public sealed record MarketPageView(
    (ulong Number, string Why)? Broken, ImmutableArray<MarketSegmentRow> Segments, ImmutableArray<Listing> Open, Listing Settled, ImmutableArray<Fact> Pool,
    ImmutableArray<Fact> Journal, Listing Participants, ImmutableArray<Fact> Terms);

/// <param name="Name">Of the provider.</param>
/// <param name="Note">Which of its segments.</param>
/// <param name="Url">Of its account's page.</param>
public sealed record MarketSegmentRow(string Name, string Note, string Url, CoverOfSegment Cover);

/// <summary>What the market says of a segment.</summary>
/// <param name="Expected">Failure rate of the next epoch, in millionths.</param>
/// <param name="Hazard">Chance of a change in an epoch, in millionths.</param>
/// <param name="Halted">Why nothing new is sold; null where it is.</param>
public sealed record CoverOfSegment(uint Expected, uint Hazard, string? Halted, ImmutableArray<QuoteLine> Quotes, InterestOfSegment Interest);

/// <summary>A quote, or why there is none.</summary>
public sealed record QuoteLine(uint Threshold, uint Width, ulong Records, long Sum, CoverQuote? Quote, string? Refused);

/// <summary>What pays on failure of a segment, and what a failure costs, in units (docs/spec/market.md section 8).</summary>
/// <param name="Unshielded">Of what pays, what failures bring that take no bond.</param>
/// <param name="Most">The most that may pay on failure before nothing new is sold.</param>
/// <param name="Ratio">What pays over what corrupting it costs, in words.</param>
/// <param name="Auditors">How many of them have something at stake, in words.</param>
public sealed record InterestOfSegment(long Pays, long Unshielded, long CostToCause, long CostToFake, long Most, string Ratio, string Auditors);

/// <summary>An auction's page.</summary>
/// <param name="Book">Null before orders are opened.</param>
public sealed record AuctionPageView(ulong Number, string What, string Headline, ImmutableArray<Fact> Facts, Chart? Book, Listing Orders);

/// <summary>A participant's page.</summary>
/// <param name="Payoffs">One for each segment that it has positions on.</param>
public sealed record ParticipantPageView(ulong Number, long Units, Listing Positions, ImmutableArray<Chart> Payoffs, ImmutableArray<Fact> Facts, Listing History);

/// <summary>A cover's page: what was sold, and once it is settled the evidence down to single records.</summary>
/// <param name="Chain">From the payout down; empty while it is open.</param>
/// <param name="Notes">What this does not show.</param>
public sealed record CoverPageView(
    ulong Number, string Account, string AccountUrl, string Headline, string Reason, ImmutableArray<Fact> Sold, Chart? Payoff, ImmutableArray<ChainLink> Chain, Listing Paid,
    ImmutableArray<EvidenceView> Evidence, ImmutableArray<string> Notes, bool IsSettled);

/// <summary>One link of a chain of evidence.</summary>
public sealed record ChainLink(AxisStatus Status, string Name, string Word, string Detail);

/// <summary>One epoch of a window.</summary>
/// <param name="Draws">Who drew from it, and whether that counts.</param>
/// <param name="Records">Those that failed.</param>
public sealed record EvidenceView(string Title, string Words, ImmutableArray<string> Draws, Listing Records);
