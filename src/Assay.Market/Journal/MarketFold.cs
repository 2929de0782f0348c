using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Market.Journal;

/// <summary>
/// A market's journal: follows one that a log holds, or writes the next entry of its own (docs/spec/market.md section 1). Either way
/// events go through the same state.
/// </summary>
/// <remarks>
/// To write: <see cref="Add"/> events, <see cref="Close"/> the entry, log it, then <see cref="Keep"/>; where it could not be logged,
/// <see cref="Undo"/>. Not for several threads.
/// </remarks>
public sealed class MarketFold
{
    // Entries between two checks of everything; of what it touches each event is checked.
    private const ulong CheckEvery = 64;

    /// <summary>The name of a market's journal.</summary>
    public const string Journal = "market";

    // Where the journal stands after an entry, with the state's bytes to go back to.
    private sealed record Point(ulong Entries, Hash Digest, ReadOnlyMemory<byte> State);

    private readonly List<ReadOnlyMemory<byte>> open = [];
    private Point kept, closed;
    private ulong openTime;
    private int openBytes;

    /// <summary>A market of which nothing is logged yet.</summary>
    /// <param name="origin">Of the log that holds its journal.</param>
    public MarketFold(string origin)
    {
        Origin = origin;
        closed = kept = new Point(0, default, State.ToBytes());
    }

    public string Origin { get; }

    /// <summary>After the last entry that holds, and events that were added since.</summary>
    public MarketState State { get; private set; } = new();

    /// <summary>How many entries hold: the number of the next.</summary>
    public ulong Entries => kept.Entries;

    /// <summary>Digest of the state after the last entry that holds; zeros before there is one.</summary>
    public Hash Digest => kept.Digest;

    /// <summary>
    /// Told of each event right after it was done, and of its text: <see cref="Ledger.Book.Touched"/> says what it changed. What it is told of
    /// counts when its entry holds, or was kept.
    /// </summary>
    public Action<SignedEvent>? Done { get; set; }

    /// <summary>From which entry on nothing counts, and why; null where all do.</summary>
    public (ulong Number, string Why)? Broken { get; private set; }

    /// <summary>Takes the journal's next entry, whose signature and place the log's fold has checked. After one that does not hold nothing counts.</summary>
    /// <returns>Whether it holds.</returns>
    public bool Take(JournalEvent entry)
    {
        if (open.Count > 0 || closed != kept)
            throw new InvalidOperationException("an entry is being written");
        if (Broken is not null)
            return false;
        try
        {
            if (entry.Journal != Journal || entry.Origin != Origin)
                throw new MalformedException("an entry of another journal");
            if (entry.Number != kept.Entries || entry.Previous != kept.Digest)
                throw new MalformedException("an entry that does not follow on the last");
            foreach (var bytes in entry.Events)
                Apply(bytes, entry.Time);
            var after = PointAfter();
            if (after.Digest != entry.State)
                throw new MalformedException($"its events give the state {after.Digest.ToHex()}, it says {entry.State.ToHex()}");
            closed = kept = after;
            return true;
        }
        catch (Exception e) when (e is MalformedException or MarketRefusal)
        {
            Broken = (kept.Entries, e.Message);
            State = MarketState.Parse(kept.State);
            return false;
        }
    }

    /// <summary>Whether an event of so many bytes fits into the entry that is being written.</summary>
    public bool HasRoom(int bytes) => open.Count < JournalEvent.MostEvents && openBytes + bytes <= JournalEvent.MostBytes;

    /// <summary>Does an event and adds it to the entry that is being written.</summary>
    /// <param name="bytes">As <see cref="SignedEvent"/> writes it.</param>
    /// <param name="time">Unix seconds; of all events of one entry that of the first.</param>
    /// <exception cref="MarketRefusal">It is not allowed, or not signed by whom it says: nothing was changed.</exception>
    /// <exception cref="MalformedException">Not an event.</exception>
    /// <returns>What it says.</returns>
    public MarketEvent Add(ReadOnlyMemory<byte> bytes, ulong time)
    {
        if (Broken is { } broken)
            throw new MarketRefusal($"the market's journal is broken from entry {broken.Number} on: {broken.Why}");
        if (closed != kept || !HasRoom(bytes.Length))
            throw new InvalidOperationException("no entry is open, or it has no room");
        var at = open.Count == 0 ? time : openTime;
        var step = Apply(bytes, at);
        openTime = at;
        openBytes += bytes.Length;
        open.Add(bytes.ToArray());
        return step;
    }

    /// <summary>The entry with what was added; null where nothing was.</summary>
    public JournalEvent? Close()
    {
        if (open.Count == 0)
            return null;
        closed = PointAfter();
        var entry = new JournalEvent(Origin, Journal, kept.Entries, openTime, kept.Digest, [.. open], closed.Digest);
        (openBytes, openTime) = (0, 0);
        open.Clear();
        return entry;
    }

    /// <summary>The entry that was closed is in the log.</summary>
    public void Keep() => kept = closed;

    /// <summary>Forgets what was added since the last entry that is in the log.</summary>
    public void Undo()
    {
        (openBytes, openTime, closed) = (0, 0, kept);
        open.Clear();
        State = MarketState.Parse(kept.State);
    }

    private MarketEvent Apply(ReadOnlyMemory<byte> bytes, ulong time)
    {
        var signed = SignedEvent.Parse(bytes);
        if (signed.Event is MarketInstruction instruction && !signed.IsSignedBy(State.Participants.KeyOf(instruction.By), Origin))
            throw new MarketRefusal($"an instruction that participant {instruction.By} has not signed for the market {Origin}");
        State.Apply(signed.Event, time);
        Done?.Invoke(signed);
        return signed.Event;
    }

    private Point PointAfter()
    {
        if (kept.Entries % CheckEvery == 0)
            State.CheckAll();
        var bytes = State.ToBytes();
        return new Point(kept.Entries + 1, MarketState.DigestOf(bytes), bytes);
    }
}
