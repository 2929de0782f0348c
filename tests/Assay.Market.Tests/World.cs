using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Verify.Crypto;

namespace Assay.Market.Tests;

/// <summary>A market with one account of one segment, its provider (participant 0) and others, each with a million units.</summary>
internal sealed class World
{
    public const ulong Provider = 0;
    public const long Units = 1_000_000;
    public const ulong EpochRecords = 1_000;

    public static readonly Hash Account = Trader.Word("account");

    private SegmentCounts counts;
    private ulong step;

    public World(MarketTerms? terms = null, int participants = 5)
    {
        Do(new TermsEvent(terms ?? new MarketTerms { Grace = 1 }));
        for (var i = 0; i < participants; i++)
        {
            Do(i == 0 ? new Trader("0", 0).Join(Account) : new Trader($"{i}", 0).Join());
            Do(new GrantEvent((ulong)i, Units, $"paper:{i}"));
        }
        Look();
    }

    public MarketState State { get; } = new();

    public ulong Time { get; set; } = 1_000_000;

    public ulong Waiting { get; set; }

    public List<AuditorLook> Auditors { get; } = [];

    /// <summary>All that was done, with its times.</summary>
    public List<(MarketEvent Step, ulong Time)> Done { get; } = [];

    /// <summary>Does what the market itself does, and checks everything.</summary>
    public void Do(MarketEvent step)
    {
        State.Apply(step, Time);
        Done.Add((step, Time));
        State.CheckAll();
    }

    /// <summary>Does what a participant does, with its next nonce.</summary>
    public void Do(ulong by, Func<ulong, ulong, MarketInstruction> instruction) => Do(instruction(by, Nonce(by)));

    /// <summary>That a participant may not do it: nothing is changed, and why.</summary>
    public string Refused(ulong by, Func<ulong, ulong, MarketInstruction> instruction) => Refused(instruction(by, Nonce(by)));

    public string Refused(MarketEvent step)
    {
        var before = State.Digest();
        var why = Assert.Throws<MarketRefusal>(() => State.Apply(step, Time)).Message;
        Assert.Equal(before, State.Digest());
        Assert.DoesNotContain('\n', why);
        return why;
    }

    /// <summary>So many epochs are settled, with so many passes and failures among them, and the market looks.</summary>
    public void Look(ulong epochs = 0, ulong passes = 0, ulong failures = 0)
    {
        counts = new SegmentCounts(
            counts.Records + epochs * EpochRecords, counts.Epochs + epochs, counts.Passes + passes, counts.Failures + failures, counts.Undecided, counts.Neither);
        Do(new LookEvent(Account, step++, [new SegmentLook(counts, Waiting, false, 1_000, 1_000, counts.Passes, counts.Failures)], [.. Auditors]));
    }

    public void Tick(ulong later = 0)
    {
        Time += later;
        Do(new TickEvent());
    }

    public long Has(ulong participant, Asset? asset = null) => State.Book.Of(Holder.Participant(participant), asset ?? Asset.Unit);

    /// <summary>The state's bytes read back are the same bytes.</summary>
    public void MustReadBack() => Assert.Equal(State.ToBytes(), MarketState.Parse(State.ToBytes()).ToBytes());

    private ulong Nonce(ulong by) => State.Participants.NonceOf(by);
}
