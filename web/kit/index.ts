/* The kit: what the screens are built of.  It knows nothing of the app. */
import './tokens.css';
import './base.css';

export { Avatar, face, initials } from './avatar';
export { Badge, Dot, Kbd, Tag, type Tone } from './badge';
export { Button, IconButton } from './button';
export { Dialog } from './dialog';
export { Choice, Field, Input, Password, Select, Textarea, type ControlProps } from './field';
export { focusSoon } from './focus';
export { Icon } from './icon';
export { icons, type IconName } from './icons';
export { Menu, type MenuEntry, type MenuItem } from './menu';
export { Picker, type PickerItem } from './picker';
export { Popover, type PopoverTrigger } from './popover';
export { Banner, EmptyState, Progress, ProgressClock, Skeleton, Steps } from './state';
export { Tabs, type TabItem } from './tabs';
export { clearToasts, toast, ToastHost } from './toast';
export { TooltipHost } from './tooltip';
export { VirtualList } from './virtual-list';
