using System.Threading.Channels;
using Assay.Audit;
using Assay.Log;
using Assay.Market;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Node.Accounts;
using Assay.Node.Receipts;
using Assay.Node.State;
using Assay.Store;
using Assay.Store.Market;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Node.Market;

/// <summary>
/// The market of a node, if it has one: takes instructions and its own events, does them in order, and keeps them as a journal in the node's
/// log (docs/spec/market.md). Whoever waits for an event is told when it is durable; those that wait together share an entry and its flush.
/// </summary>
/// <remarks>Safe for several threads. What is shown is durable: nobody looks while an entry is on its way. A restart replays the journal.</remarks>
public sealed partial class MarketDesk : IAsyncDisposable
{
    // Whoever comes when so many wait is sent away.
    private const int MostWaiting = 4096;

    private readonly OpenedFolder opened;
    private readonly TileLog log;
    private readonly LogQueue queue;
    private readonly FoldedLog folded;
    private readonly TimeProvider clock;
    private readonly Lazy<MarketFold> fold;
    private readonly Channel<Waiting> waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly Lock starting = new();
    private Task working = Task.CompletedTask;
    private readonly TimeSpan every;
    private readonly MarketLooks looks;
    private readonly SettlementDesk settlements;
    private MarketHistory? history;
    private readonly CancellationTokenSource stop = new();
    private Task ticking = Task.CompletedTask;
    private Exception? failed;
    private string? refusedLook;
    private bool disposed;

    internal MarketDesk(OpenedFolder opened, LogQueue queue, FoldedLog folded, AccountsDesk accounts, NodeOptions options)
    {
        (this.opened, log, this.queue, this.folded, clock, every) = (opened, opened.Log, queue, folded, options.Clock, options.MarketEvery);
        looks = new MarketLooks(accounts);
        settlements = new SettlementDesk(opened.Folder);
        fold = new Lazy<MarketFold>(Replay);
    }

    private sealed record Waiting(byte[] Event, TaskCompletionSource<MarketDone> Told);

    /// <summary>Whether this node has a market: its log holds a journal of one.</summary>
    public bool IsOpen => fold.IsValueCreated ? fold.Value.Entries > 0 || fold.Value.Broken is not null : folded.JournalOf(log.Reader).Count > 0;

    /// <summary>Reads something off the market's state, with the journal that gave it.</summary>
    /// <param name="look">The state is its own only while it runs; it changes nothing.</param>
    /// <exception cref="NodeException">This node has no market.</exception>
    public T Look<T>(Func<MarketFold, T> look)
    {
        gate.Wait();
        try
        {
            return look(Open());
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Begins the market of this node.</summary>
    /// <exception cref="NodeException">There is one.</exception>
    public Task<MarketDone> BeginAsync(TermsEvent terms) => IsOpen
        ? throw new NodeException(NodeFault.Conflict, "this node has a market already")
        : PostAsync(SignedEvent.Of(terms).ToBytes());

    /// <summary>Does an event of the market itself: the operator's word. It is durable when this returns.</summary>
    /// <exception cref="NodeException">The rules do not allow it, or the log takes nothing more: nothing was done.</exception>
    public Task<MarketDone> DoAsync(MarketEvent step)
    {
        RequireOpen();
        return PostAsync(SignedEvent.Of(step).ToBytes());
    }

    /// <summary>Does what a participant has signed. It is durable when this returns.</summary>
    /// <param name="instruction">As <see cref="SignedEvent"/> writes it.</param>
    /// <exception cref="MalformedException">Not an instruction.</exception>
    /// <exception cref="NodeException">The rules do not allow it, or the log takes nothing more: nothing was done.</exception>
    public Task<MarketDone> InstructAsync(ReadOnlyMemory<byte> instruction)
    {
        RequireOpen();
        return SignedEvent.Parse(instruction).Event is MarketInstruction
            ? PostAsync(instruction.ToArray())
            : throw new NodeException(NodeFault.Forbidden, "this is for the market's operator to say");
    }

    /// <summary>The newest events that changed what a holder has, newest first.</summary>
    /// <param name="before">Only of entries of the journal before this one.</param>
    /// <exception cref="NodeException">This node has no market.</exception>
    public IReadOnlyList<KeptMarketEvent> HistoryOf(Holder holder, ulong before, int most) => Ask(projection => projection.HistoryOf((int)holder.Kind, holder.Number, before, most));

    /// <summary>Asks the projection of the journal, which has come as far as the state.</summary>
    /// <exception cref="NodeException">This node has no market, or the projection cannot be written.</exception>
    public T Ask<T>(Func<MarketProjection, T> ask) => Look(_ =>
    {
        try
        {
            return ask(history!.Current);
        }
        catch (StoreException e)
        {
            throw new NodeException(NodeFault.Unavailable, e.Message, e);
        }
    });

    /// <summary>The file from which anybody recomputes what a cover paid.</summary>
    /// <param name="whole">Whether it shows all of the journal; null: if that is not long.</param>
    /// <exception cref="NodeException">It is not settled, or a log that it needs is not to be had now.</exception>
    public async Task<byte[]> SettlementOfAsync(ulong policy, bool? whole, CancellationToken cancel)
    {
        RequireOpen();
        return await settlements.MakeAsync(policy, whole, cancel);
    }

    /// <summary>Looks at an account that is kept here, if its newest step is not one that was looked at.</summary>
    /// <exception cref="NodeException">The log takes nothing more, or the account cannot be read.</exception>
    public async Task LookAtAsync(Hash account)
    {
        if (!IsOpen || looks.At(account) is not { } look || Look(market => market.Broken is not null || market.State.Looks.Of(account)?.Step >= look.Step))
            return;
        try
        {
            await DoAsync(look);
        }
        catch (NodeException e) when (e.Fault == NodeFault.Conflict)
        {
            // The account goes on all the same; what the market cannot look at it does not sell.
            refusedLook = $"account {account.ToHex()[..16]}: {e.Message}";
        }
    }

    /// <summary>Does, until the node is closed, what the market does by itself: it looks at accounts whose steps it has missed, and lets time pass.</summary>
    /// <param name="told">What is wrong, in one line; once while it lasts.</param>
    public void KeepGoing(Action<string> told)
    {
        if (every > TimeSpan.Zero)
            ticking = Task.Run(() => RunAsync(told));
    }

    /// <summary>Looks at all kept accounts, and lets time pass if that makes anything due.</summary>
    /// <exception cref="NodeException">The log takes nothing more, or an account cannot be read.</exception>
    public async Task TickAsync()
    {
        if (!IsOpen)
            return;
        foreach (var account in looks.Accounts())
            await LookAtAsync(account);
        var now = (ulong)Math.Max(0, clock.GetUtcNow().ToUnixTimeSeconds());
        if (Look(market => market.Broken is null && market.State.HasDue(Math.Max(now, market.State.Time))))
            await DoAsync(new TickEvent());
    }

    public async ValueTask DisposeAsync()
    {
        // A node whose end failed half-way is ended again.
        if (Interlocked.Exchange(ref disposed, true))
            return;
        await stop.CancelAsync();
        await ticking;
        waiting.Writer.TryComplete();
        await working;
        history?.Dispose();
        settlements.Dispose();
        gate.Dispose();
        stop.Dispose();
    }

    private async Task RunAsync(Action<string> told)
    {
        string? before = null;
        try
        {
            while (true)
            {
                refusedLook = null;
                try
                {
                    await TickAsync();
                }
                catch (Exception e) when (e is NodeException or StoreException or LogException or AuditException)
                {
                    refusedLook = e.Message;
                }
                if (refusedLook is { } wrong && wrong != before)
                    told(wrong);
                before = refusedLook;
                await Task.Delay(every, clock, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node is being closed.
        }
    }

    private MarketFold Open()
    {
        RequireOpen();
        return fold.Value;
    }

    private void RequireOpen()
    {
        if (!IsOpen)
            throw new NodeException(NodeFault.NotFound, "this node has no market: `assay market init` begins one");
    }

    private async Task<MarketDone> PostAsync(byte[] step)
    {
        opened.Witnessed.ThrowIfHalted();
        lock (starting)
            if (working.IsCompleted && !waiting.Reader.Completion.IsCompleted)
                working = Task.Run(WorkAsync);
        var told = new TaskCompletionSource<MarketDone>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!waiting.Writer.TryWrite(new Waiting(step, told)))
            throw new NodeException(NodeFault.Unavailable, waiting.Reader.Completion.IsCompleted ? "the node is being closed" : "too many instructions wait: try again in a moment");
        return await told.Task;
    }

    private async Task WorkAsync()
    {
        var taken = new List<(Waiting Waiting, MarketEvent Event, ulong? Number)>();
        while (await waiting.Reader.WaitToReadAsync())
        {
            await gate.WaitAsync();
            try
            {
                taken.Clear();
                Take(taken);
                if (taken.Count > 0)
                    await KeepAsync(taken);
            }
            catch (Exception e)
            {
                // What was handed to the log may be in it or not: only opening it again tells.
                failed ??= e;
                foreach (var (one, _, _) in taken)
                    one.Told.TrySetException(Refusal());
            }
            finally
            {
                gate.Release();
            }
        }
    }

    // As many as fit into one entry, in the order in which they came.
    private void Take(List<(Waiting Waiting, MarketEvent Event, ulong? Number)> taken)
    {
        var time = (ulong)Math.Max(0, clock.GetUtcNow().ToUnixTimeSeconds());
        while (waiting.Reader.TryPeek(out var next))
        {
            if (failed is not null)
                next.Told.TrySetException(Refusal());
            else if (taken.Count > 0 && !fold.Value.HasRoom(next.Event.Length))
                return;
            else
                Add(next, time, taken);
            waiting.Reader.TryRead(out _);
        }
    }

    private void Add(Waiting next, ulong time, List<(Waiting Waiting, MarketEvent Event, ulong? Number)> taken)
    {
        try
        {
            var step = fold.Value.Add(next.Event, Math.Max(time, fold.Value.State.Time));
            taken.Add((next, step, MarketNumbers.Made(fold.Value.State, step)));
        }
        catch (MarketRefusal e)
        {
            next.Told.TrySetException(new NodeException(NodeFault.Conflict, e.Message, e));
        }
        catch (MalformedException e)
        {
            next.Told.TrySetException(e);
        }
        catch (Exception e)
        {
            // A defect: nothing of this entry counts, and the market goes on from the one before.
            fold.Value.Undo();
            history!.Attach(fold.Value.State);
            foreach (var (one, _, _) in taken.Append((next, null!, null)))
                one.Told.TrySetException(new NodeException(NodeFault.Unavailable, $"the market cannot do this: {e.Message}", e));
            taken.Clear();
        }
    }

    private async Task KeepAsync(List<(Waiting Waiting, MarketEvent Event, ulong? Number)> taken)
    {
        var entry = fold.Value.Close()!;
        Task<Appended> durable;
        // No other hand writes this journal: what the log's fold would ask of the entry holds by the way it was made.
        using (var turn = await queue.TakeAsync())
            durable = turn.Append(entry.ToEntry(opened.LogKey));
        var index = (await durable).Index;
        fold.Value.Keep();
        history!.Keep(entry);
        for (var i = 0; i < taken.Count; i++)
            taken[i].Waiting.Told.TrySetResult(new MarketDone(entry.Number, index, i, taken[i].Event, taken[i].Number));
    }

    private NodeException Refusal() => new(NodeFault.Unavailable, $"the market has stopped: {failed!.Message}", failed);

    private MarketFold Replay()
    {
        var fold = new MarketFold(opened.Origin);
        fold.Done = step => history!.Add(fold.State, step);
        var reader = log.Reader;
        var places = folded.JournalOf(reader);
        history = new MarketHistory(opened.Folder.Market, entries => entries > 0 && entries <= (ulong)places.Count ? Entry((int)entries - 1).State : null);
        history.Attach(fold.State);
        for (var number = 0; number < places.Count; number++)
        {
            var entry = Entry(number);
            if (fold.Take(entry))
                history.Keep(entry);
            else
                history.Attach(fold.State);
        }
        return fold;

        JournalEvent Entry(int number) => (JournalEvent)LogEvent.Parse(OpenEntry.Parse(reader.ReadEntry(places[number]).Span).Payload.Span);
    }
}
