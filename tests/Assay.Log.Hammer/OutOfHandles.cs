using Assay.Log.Files;

namespace Assay.Log.Hammer;

/// <summary>A log whose process has no file handle left: run it under a low limit (<c>ulimit -n</c>).</summary>
/// <remarks>Prints how an append is refused, how opening the log is, and how many entries there are once handles are free again. Exit code 1 if something acknowledged is lost.</remarks>
internal static class OutOfHandles
{
    public static async Task<int> RunAsync(string directory)
    {
        var files = new PosixLogFiles(directory);
        var options = new TileLogOptions { IntegrateInterval = TimeSpan.Zero };
        var acknowledged = 0UL;
        // Begun once before, so that no code has to be loaded while there are no handles.
        await TileLog.Create(files, Victim.Origin, Victim.Key, Victim.Genesis, options).DisposeAsync();
        var log = TileLog.Open(files, Victim.Origin, Victim.Key, options);
        for (var i = 0; i < 300; i++)
            acknowledged = (await log.AppendAsync(BitConverter.GetBytes(i))).Index;
        var taken = TakeAll();
        // Told at the end: a console takes handles too.
        var append = await Refused(async () =>
        {
            while (true)
                acknowledged = (await log.AppendAsync(new byte[1])).Index;
        });
        await log.DisposeAsync();
        taken.AddRange(TakeAll());
        var open = await Refused(() => TileLog.Open(files, Victim.Origin, Victim.Key, options).DisposeAsync().AsTask());
        foreach (var handle in taken)
            handle.Dispose();
        await using var cured = TileLog.Open(files, Victim.Origin, Victim.Key, options);
        await cured.AppendAsync(new byte[2]);
        Console.WriteLine($"append: {append}\nopen: {open}\ncured: {cured.Size} entries");
        return acknowledged < cured.Size ? 0 : 1;
    }

    private static async Task<string> Refused(Func<Task> work)
    {
        try
        {
            await work();
            return "not refused";
        }
        catch (LogException e)
        {
            return e.Message;
        }
    }

    private static List<FileStream> TakeAll()
    {
        var taken = new List<FileStream>();
        try
        {
            while (true)
                taken.Add(new FileStream("/dev/null", FileMode.Open, FileAccess.Read));
        }
        catch (IOException)
        {
            return taken;
        }
    }
}
