using Assay.Log.Files;

namespace Assay.Log.Tests.Crashes;

/// <summary>The machine loses power here.</summary>
internal sealed class SimulatedCrashException() : Exception("the simulated machine crashed");

/// <summary>A disk in memory that keeps, over a crash, only what was flushed; of the rest, whatever a seeded generator picks.</summary>
/// <remarks>
/// After a crash, each write that was not flushed is lost, whole, or there in part (any piece of it, so later bytes may be there and
/// earlier ones not; between them lie zeros or rubbish). Each change of a name that was not flushed with its directory is lost or not,
/// each for itself: a rename may leave both names, one, or the old one.
/// </remarks>
internal sealed class SimulatedFiles(Random random) : ILogFiles
{
    private readonly Folder root = new();
    private bool dead;
    private bool locked;

    /// <summary>Operations so far.</summary>
    public int Steps { get; private set; }

    /// <summary>The machine crashes at this step.</summary>
    public int CrashAt { get; set; } = int.MaxValue;

    /// <summary>Called before each operation that changes something.</summary>
    public Action? BeforeStep { get; set; }

    /// <summary>May throw in place of an operation: an error of the disk. Given the operation's name and path.</summary>
    public Action<string, string>? Inject { get; set; }

    /// <summary>A disk that lies: its flushes of files, of directories, do nothing.</summary>
    public bool IgnoreFileFlush { get; set; }

    public bool IgnoreDirectoryFlush { get; set; }

    /// <summary>The power comes back: what survives is decided now.</summary>
    public void Reboot()
    {
        (dead, locked, CrashAt) = (false, false, int.MaxValue);
        root.Crash(random);
    }

    /// <summary>The disk changes a bit by itself.</summary>
    public void Flip(string path, int bit) => ((Content)Find(path)!).Current[bit / 8] ^= (byte)(1 << (bit % 8));

    /// <summary>The end of a file is gone.</summary>
    public void Cut(string path, int length) => ((Content)Find(path)!).Current.RemoveRange(length, ((Content)Find(path)!).Current.Count - length);

    public ILogFile Create(string path, Visibility visibility)
    {
        Step("create", path);
        var file = new Content();
        Parent(path).Set(NameOf(path), file);
        return new Handle(this, path, file);
    }

    public byte[]? Read(string path, int limit)
    {
        ThrowIfDead();
        if (Find(path) is not Content file)
            return null;
        if (file.Current.Count > limit)
            throw new LogException(LogFault.Corrupt, $"{path} is longer than {limit}");
        return [.. file.Current];
    }

    /// <summary>What others on the machine read of a file at this moment, flushed or not; also just before the crash.</summary>
    public byte[]? Visible(string path) => Find(path) is Content file ? [.. file.Current] : null;

    public long? Length(string path) => Find(path) is Content file ? file.Current.Count : null;

    public IReadOnlyList<string> List(string directory)
    {
        ThrowIfDead();
        return Find(directory) is Folder folder ? [.. folder.Current.Keys.Order(StringComparer.Ordinal)] : [];
    }

    public bool DirectoryExists(string directory) => Find(directory) is Folder;

    public void CreateDirectory(string directory, Visibility visibility)
    {
        Step("mkdir", directory);
        if (Find(directory) is null)
            Parent(directory).Set(NameOf(directory), new Folder());
    }

    public void Rename(string from, string to)
    {
        Step("rename", to);
        var node = Find(from) ?? throw new FileNotFoundException(from);
        Parent(to).Set(NameOf(to), node);
        Parent(from).Set(NameOf(from), null);
    }

    public void Delete(string path)
    {
        Step("delete", path);
        if (Find(path) is Content)
            Parent(path).Set(NameOf(path), null);
    }

    public void DeleteDirectory(string directory)
    {
        Step("rmdir", directory);
        if (Find(directory) is not Folder folder)
            return;
        if (folder.Current.Count > 0)
            throw new IOException($"{directory} is not empty");
        Parent(directory).Set(NameOf(directory), null);
    }

    public void FlushDirectory(string directory)
    {
        Step("flush directory", directory);
        if (!IgnoreDirectoryFlush)
            ((Folder)Find(directory)!).Flush();
    }

    public IDisposable Lock(string path)
    {
        Step("lock", path);
        if (locked)
            throw new LogLockedException(1);
        locked = true;
        return new Held(this);
    }

    /// <summary>One operation, of this disk or of something beside it: the crash may come instead.</summary>
    public void Step(string operation, string path)
    {
        ThrowIfDead();
        BeforeStep?.Invoke();
        // The hook may itself have met the crash.
        ThrowIfDead();
        if (++Steps >= CrashAt)
        {
            dead = true;
            throw new SimulatedCrashException();
        }
        Inject?.Invoke(operation, path);
    }

    private void ThrowIfDead()
    {
        if (dead)
            throw new SimulatedCrashException();
    }

    private Node? Find(string path)
    {
        Node? node = root;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            node = (node as Folder)?.Current.GetValueOrDefault(part);
        return node;
    }

    private Folder Parent(string path) => Find(path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "") as Folder ?? throw new DirectoryNotFoundException(path);

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private abstract class Node
    {
        public abstract void Crash(Random random);
    }

    private sealed class Content : Node
    {
        public List<byte> Current { get; private set; } = [];

        private byte[] durable = [];
        private readonly List<Write> pending = [];

        public void Append(ReadOnlySpan<byte> bytes)
        {
            pending.Add(new Write(Current.Count, bytes.ToArray(), Doomed: false));
            Current.AddRange(bytes);
        }

        public void Flush()
        {
            var after = new List<byte>(durable);
            foreach (var write in pending)
                if (!write.Doomed)
                    Apply(after, write, 0, write.Bytes.Length, filler: 0);
            durable = [.. after];
            pending.RemoveAll(w => !w.Doomed);
        }

        /// <summary>A flush failed. As Linux does: what was to be written counts as written, is still read back, and no later flush tries again.</summary>
        public void FailFlush()
        {
            for (var i = 0; i < pending.Count; i++)
                pending[i] = pending[i] with { Doomed = true };
        }

        public override void Crash(Random random)
        {
            var after = new List<byte>(durable);
            foreach (var write in pending)
            {
                var filler = random.Next(4) == 0 ? (byte)random.Next(256) : (byte)0;
                // In up to four pieces, each there or not.
                int[] cuts = [0, .. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(write.Bytes.Length + 1)).Order(), write.Bytes.Length];
                for (var i = 1; i < cuts.Length; i++)
                    if (random.Next(2) == 0)
                        Apply(after, write, cuts[i - 1], cuts[i], filler);
            }
            (Current, durable) = (after, [.. after]);
            pending.Clear();
        }

        private static void Apply(List<byte> bytes, Write write, int from, int to, byte filler)
        {
            if (from == to)
                return;
            while (bytes.Count < write.At + to)
                bytes.Add(filler);
            for (var i = from; i < to; i++)
                bytes[write.At + i] = write.Bytes[i];
        }

        private readonly record struct Write(int At, byte[] Bytes, bool Doomed);
    }

    private sealed class Folder : Node
    {
        public Dictionary<string, Node> Current { get; private set; } = [];

        private Dictionary<string, Node> durable = [];
        private readonly List<(string Name, Node? Node)> pending = [];

        public void Set(string name, Node? node)
        {
            pending.Add((name, node));
            Apply(Current, name, node);
        }

        public void Flush()
        {
            durable = new Dictionary<string, Node>(Current);
            pending.Clear();
        }

        public override void Crash(Random random)
        {
            Current = durable;
            foreach (var (name, node) in pending)
                if (random.Next(2) == 0)
                    Apply(Current, name, node);
            Flush();
            foreach (var node in Current.Values)
                node.Crash(random);
        }

        private static void Apply(Dictionary<string, Node> names, string name, Node? node)
        {
            if (node is null)
                names.Remove(name);
            else
                names[name] = node;
        }
    }

    private sealed class Handle(SimulatedFiles files, string path, Content file) : ILogFile
    {
        public void Append(ReadOnlySpan<byte> bytes)
        {
            try
            {
                files.Step("write", path);
            }
            catch (SimulatedCrashException)
            {
                // The write was under way: any part of it may have reached the disk.
                file.Append(bytes);
                throw;
            }
            file.Append(bytes);
        }

        public void Flush()
        {
            try
            {
                files.Step("flush", path);
            }
            catch (IOException)
            {
                file.FailFlush();
                throw;
            }
            if (!files.IgnoreFileFlush)
                file.Flush();
        }

        public void Dispose() { }
    }

    private sealed class Held(SimulatedFiles files) : IDisposable
    {
        public void Dispose() => files.locked = false;
    }
}
