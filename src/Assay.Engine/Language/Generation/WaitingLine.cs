namespace Assay.Engine.Language.Generation;

/// <summary>Requests that wait to begin: callers take turns, each one's in the order in which they came. Safe for several threads.</summary>
internal sealed class WaitingLine(int most, int mostOfOne)
{
    // The callers in the order of their turns; the first is next.
    private readonly LinkedList<(string Caller, Queue<Answer> Answers)> turns = [];
    private readonly Lock gate = new();
    private bool closed;

    public int Count { get; private set; }

    /// <exception cref="GeneratorBusyException">No more may wait.</exception>
    public void ThrowIfFull(string caller)
    {
        lock (gate)
            Refuse(QueueOf(caller)?.Count ?? 0);
    }

    /// <exception cref="GeneratorBusyException">No more may wait.</exception>
    /// <exception cref="ObjectDisposedException">The line was closed.</exception>
    public void Add(Answer answer)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, typeof(Generator));
            var queue = QueueOf(answer.Request.Caller);
            Refuse(queue?.Count ?? 0);
            if (queue is null)
                turns.AddLast((answer.Request.Caller, queue = []));
            queue.Enqueue(answer);
            Count++;
        }
    }

    /// <summary>The request whose turn it is, left in its place; null where nobody waits.</summary>
    public Answer? Peek()
    {
        lock (gate)
            return turns.First?.Value.Answers.Peek();
    }

    /// <summary>Takes the one that <see cref="Peek"/> showed; its caller's next turn comes after everyone else's.</summary>
    public void Take()
    {
        lock (gate)
        {
            var turn = turns.First!.Value;
            turns.RemoveFirst();
            turn.Answers.Dequeue();
            Count--;
            if (turn.Answers.Count > 0)
                turns.AddLast(turn);
        }
    }

    /// <summary>Takes out whoever does not want to wait any more.</summary>
    public List<Answer> TakeCancelled()
    {
        lock (gate)
        {
            var gone = new List<Answer>();
            for (var node = turns.First; node is not null;)
            {
                var (next, answers) = (node.Next, node.Value.Answers);
                if (answers.Any(a => a.Stream.IsCancelled))
                {
                    gone.AddRange(answers.Where(a => a.Stream.IsCancelled));
                    var left = answers.Where(a => !a.Stream.IsCancelled).ToArray();
                    answers.Clear();
                    foreach (var answer in left)
                        answers.Enqueue(answer);
                    if (left.Length == 0)
                        turns.Remove(node);
                }
                node = next;
            }
            Count -= gone.Count;
            return gone;
        }
    }

    /// <summary>Takes out everyone, and lets nobody in any more.</summary>
    public List<Answer> Close()
    {
        lock (gate)
        {
            closed = true;
            var all = turns.SelectMany(t => t.Answers).ToList();
            turns.Clear();
            Count = 0;
            return all;
        }
    }

    private Queue<Answer>? QueueOf(string caller) => turns.FirstOrDefault(t => t.Caller == caller).Answers;

    private void Refuse(int ofThisCaller)
    {
        if (Count >= most)
            throw new GeneratorBusyException($"{Count} requests wait already: try again in a moment");
        if (ofThisCaller >= mostOfOne)
            throw new GeneratorBusyException($"{ofThisCaller} requests of this caller wait already: try again in a moment");
    }
}
