using Assay.Log;
using Assay.Node.Keys;
using Assay.Node.State;
using Assay.Verify;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Node.Receipts;

/// <summary>What became of an event: it is in the log, or it waits for signatures of root keys that are elsewhere.</summary>
/// <param name="Index">In the log; null where it waits.</param>
/// <param name="Waiting">With the signatures of those that are here; null where it is in the log.</param>
public sealed record EventOutcome(ulong? Index, EventFile? Waiting);

/// <summary>Puts events into the log, each checked against the very state that it meets.</summary>
internal sealed class EventWriter(TileLog log, LogQueue queue, FoldedLog folded, RootKeys roots, ServingKeys serving)
{
    /// <summary>Appends an event, or, where the root keys here do not suffice, gives it back to be signed elsewhere.</summary>
    /// <exception cref="NodeException">The event may not follow what the log holds: nothing was appended.</exception>
    public async Task<EventOutcome> ProposeAsync(LogEvent step)
    {
        if (roots.Suffice)
            return new EventOutcome(await AppendAsync(step), null);
        Look(state => Check(state, step));
        return new EventOutcome(null, roots.Sign(step));
    }

    /// <summary>Signs an event with the root keys on this machine and appends it; in the tree when this returns.</summary>
    /// <exception cref="NodeException">Not enough keys are here, or the event may not follow what the log holds: nothing was appended.</exception>
    public Task<ulong> AppendAsync(LogEvent step) => AppendAsync(step, () => roots.ToEntry(step));

    /// <summary>Appends an event that was signed elsewhere.</summary>
    /// <exception cref="NodeException">Too few signatures, a wrong one, an event that is in the log already or may not follow it: nothing was appended.</exception>
    public Task<ulong> SubmitAsync(EventFile file)
    {
        if (Look(state => IndexOf(state, file.Event)) is { } index)
            throw new NodeException(NodeFault.BadRequest, $"this event is in the log already, at index {index}");
        return AppendAsync(file.Event, () => file.ToEntry(roots.Set));
    }

    private async Task<ulong> AppendAsync(LogEvent step, Func<byte[]> entry)
    {
        using var turn = await queue.TakeAsync();
        // No entry is on its way while we have the turn: the state we check against is the one the event will meet.
        await log.WaitForCheckpointAsync(turn.Next - 1);
        Look(state => Check(state, step));
        var index = (await turn.Append(entry())).Index;
        await log.WaitForCheckpointAsync(index);
        // With the turn, still: which key signs next is looked up again, and nothing is on its way that it would miss.
        if (step is KeyEvent { Segment: { } segment })
            serving.Forget(segment);
        else if (step is KeyEvent key)
            serving.Forget(key.KeyId);
        return index;
    }

    private T Look<T>(Func<LogState, T> look) => folded.Look(log.Reader, (state, _) => look(state));

    private static bool Check(LogState state, LogEvent step)
    {
        try
        {
            state.Check(step);
            return true;
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.BadRequest, e.Message, e);
        }
    }

    private static ulong? IndexOf(LogState state, LogEvent step) => step switch
    {
        GenesisEvent => state.Genesis!.Equals(step) ? 0 : null,
        ModelEvent model => state.Models.FirstOrDefault(m => m.Event.Equals(model))?.Index,
        KeyEvent key => state.Keys.GetValueOrDefault(key.KeyId)?.Events.FirstOrDefault(e => e.Event.Equals(key))?.Index,
        _ => null,
    };
}
